/// How pages look, whatever is on them: light or dark as the reader's system is, on a telephone, on paper.
package enum PageStyle {
  package static let base = """
    :root { color-scheme: light dark; --ground: #fff; --raised: #f5f6f8; --text: #1b1f24; --quiet: #57606a; --line: #d0d7de; --link: #0550ae;
      --good: #116329; --bad: #b3141f; --warning: #7d4e00; --mark: #ffdfb6; --mark-text: #4d2d00; --alternate: #e9edf2; }
    @media (prefers-color-scheme: dark) { :root { --ground: #12161c; --raised: #1b2129; --text: #e2e7ee; --quiet: #a3adba; --line: #39424f; --link: #7db8ff;
      --good: #6fd58a; --bad: #ff8c86; --warning: #e5b567; --mark: #6a3f00; --mark-text: #ffe3bd; --alternate: #262e39; } }
    * { box-sizing: border-box; }
    body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 72rem; background: var(--ground); color: var(--text);
      font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: break-word; }
    h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
    h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
    h3 { font-size: 1.05rem; margin: 0 0 .5rem; }
    h4 { font-size: .95rem; margin: 1.25rem 0 .35rem; color: var(--quiet); font-weight: 600; }
    p { margin: .35rem 0; }
    a { color: var(--link); }
    :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
    code, pre, .hex { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .86rem; }
    pre { margin: .35rem 0; padding: .6rem .75rem; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; }
    table { border-collapse: collapse; width: 100%; }
    th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); }
    th { white-space: nowrap; font-size: .85rem; color: var(--quiet); font-weight: 600; }
    td, dd, pre, summary, h1, h3, h4 { overflow-wrap: anywhere; }
    td.field { white-space: nowrap; } td.id { min-width: 10rem; } td.says { min-width: 13rem; }
    article { border: 1px solid var(--line); border-radius: 6px; padding: 1rem; margin: 1.25rem 0; }
    td.number { width: 1%; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .good { color: var(--good); } .bad { color: var(--bad); } .warning { color: var(--warning); } .quiet { color: var(--quiet); }
    dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem 1.25rem; margin: 1rem 0 0; }
    dl.facts div { border-left: 3px solid var(--line); padding-left: .6rem; }
    dl.facts dt { font-size: .8rem; color: var(--quiet); } dl.facts dd { margin: 0; }
    details { margin: .5rem 0; } summary { cursor: pointer; padding: .3rem 0; }
    .hex b { font-weight: 400; white-space: nowrap; }
    mark { background: var(--mark); color: var(--mark-text); border-radius: 3px; padding: 0 .2em; font-weight: 600; }
    .unit { display: none; }
    .skip-link { position: absolute; left: -99rem; } .skip-link:focus { left: 1rem; top: .5rem; background: var(--ground); padding: .5rem; }
    @media (max-width: 40rem) {
      body { padding: 1rem .75rem 3rem; }
      article { padding: .75rem; }
      table.stacked thead { position: absolute; left: -99rem; }
      table.stacked, table.stacked tbody, table.stacked tr, table.stacked td { display: block; width: 100%; }
      table.stacked tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
      table.stacked td { border: 0; padding: .05rem .3rem; }
      td.id, td.says { min-width: 0; }
      table.stacked td.inline { display: inline-block; width: auto; }
      .unit { display: inline; }
    }
    @media print {
      :root { --ground: #fff; --raised: #fff; --text: #000; --quiet: #444; --line: #999; --link: #000; --mark: #ddd; --mark-text: #000; }
      body { max-width: none; font-size: 10pt; } article, tr, pre { break-inside: avoid; } article { break-inside: auto; }
      .filters, .skip-link, nav { display: none; } details::details-content { content-visibility: visible; display: block; }
    }

    """
}
