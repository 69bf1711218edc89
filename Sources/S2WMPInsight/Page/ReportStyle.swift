/// What only the report page has, beside `PageStyle.base`.
enum ReportStyle {
  /// - columns: lanes of the ladder.
  static func text(columns: Int) -> String {
    let columns = max(1, columns)
    let width = columns <= 4 ? 6.5 : columns <= 7 ? 5 : 3.25
    return """
      :root { --columns: \(columns); --ladder: \(Double(columns) * width)rem; }
      \(page)\(ladder)\(packets)\(plots)\(narrow)\(paper)
      """
  }

  private static let page = """
    body { max-width: 88rem; }
    .verdict { font-size: 1.1rem; font-weight: 600; } .verdict span { margin-right: 1rem; }
    .problem { border: 1px solid var(--bad); border-radius: 6px; padding: .5rem .75rem; }
    .kinds { margin-top: 1rem; } .kind { display: inline-block; margin: 0 .75rem .15rem 0; }
    .places ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: 1.25rem 0 0; }
    .places a { display: inline-block; padding: .25rem 0; }
    h3.bad, h3.warning, h3.quiet { margin-top: 1.25rem; }
    details.finding > summary { padding: .2rem 0; } .count { font-weight: 600; margin: 0 .35rem; }
    ul.evidence, ul.findings { list-style: none; padding-left: 1.25rem; margin: .25rem 0 .75rem; }
    ul.evidence li { padding: .1rem 0; overflow-wrap: anywhere; }
    .advice { padding-left: 1.25rem; margin-bottom: .75rem; }
    .message { font-size: 1.05rem; white-space: pre-wrap; overflow-wrap: anywhere; }
    details.more { margin: -.5rem 0 .75rem 1.25rem; } details.more ul.evidence { padding-left: 0; }
    code { overflow-wrap: anywhere; }
    .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .tools { display: flex; flex-wrap: wrap; gap: .5rem; margin: .75rem 0; align-items: center; }
    .tools button, .tools input { font: inherit; color: var(--text); background: var(--raised); border: 1px solid var(--quiet); border-radius: 6px; padding: .3rem .7rem; }
    .tools input { flex: 1 1 12rem; min-width: 0; max-width: 24rem; } [hidden] { display: none !important; }

    """

  private static let ladder = """
    .legend { list-style: none; padding: 0; margin: .75rem 0; display: flex; flex-wrap: wrap; gap: .15rem 1.5rem; }
    .legend b { display: inline-block; min-width: 1.1em; } .answer { white-space: pre; }
    .row { display: grid; grid-template-columns: 5rem 6.5rem var(--ladder) 3.25rem minmax(0, 1fr); column-gap: .75rem; align-items: center; }
    .frame, .time { text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
    .time { color: var(--quiet); }
    .lanes { position: relative; align-self: stretch; min-height: 1.75rem; display: block;
      background-image: linear-gradient(90deg, transparent calc(50% - .5px), var(--line) calc(50% - .5px), var(--line) calc(50% + .5px), transparent calc(50% + .5px));
      background-size: calc(100% / var(--columns)) 100%; }
    .lanes > svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
    .flows .lanes { grid-column: 3; } .flows .lanes > svg { position: static; height: auto; display: block; }
    .flows .more { grid-column: 4 / -1; font-size: .86rem; }
    .heads { position: sticky; top: 0; z-index: 1; background: var(--ground); border-bottom: 1px solid var(--line); font-size: .85rem; color: var(--quiet); padding: .3rem 0; }
    .heads .lanes { display: grid; grid-template-columns: repeat(var(--columns), minmax(0, 1fr)); background: none; min-height: 0; text-align: center; }
    .heads .lanes span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .heads .lanes b { color: var(--text); display: block; } .heads { align-items: end; }
    details.window { margin: 0; border-bottom: 1px solid var(--line); }
    details.window > summary { padding: .5rem 0; display: block; } details.window > summary:hover { background: var(--raised); }
    .window-title { display: flex; flex-wrap: wrap; gap: 0 1rem; }
    .window-title::before { content: "▸"; width: .75rem; color: var(--quiet); } details.window[open] > summary .window-title::before { content: "▾"; }
    .flows text { font-size: 11px; text-anchor: middle; fill: var(--text); paint-order: stroke; stroke: var(--ground); stroke-width: 4px; }
    line.go, circle.go { stroke: var(--text); } line.go-warning, circle.go-warning { stroke: var(--warning); } line.go-bad, circle.go-bad { stroke: var(--bad); }
    circle.go, circle.go-warning, circle.go-bad { fill: none; stroke-width: 2; }
    line.go { stroke-width: 1.5; } line.go-warning, line.go-bad { stroke-width: 2; }
    marker.go { fill: var(--text); } marker.go-warning { fill: var(--warning); } marker.go-bad { fill: var(--bad); }
    line.busy { stroke: var(--busy); stroke-width: 8; }
    svg.definitions { position: absolute; }
    .skipped { margin: 0; color: var(--quiet); font-size: .86rem; } .skipped .note { grid-column: 1 / 3; text-align: right; } .skipped .lanes { min-height: 1.4rem; }
    :root { --busy: #b6c7dc; } @media (prefers-color-scheme: dark) { :root { --busy: #3f5878; } }

    """

  private static let packets = """
    details.packet { margin: 0; } details.packet > summary { padding: 0; list-style: none; } details.packet > summary::-webkit-details-marker { display: none; }
    details.packet > summary:hover { background: var(--raised); }
    .packet .frame::before { content: "▸ "; color: var(--quiet); } .packet[open] > summary .frame::before { content: "▾ "; }
    .packet .what { padding: .15rem 0; overflow-wrap: anywhere; white-space: pre-wrap; }
    .flag { white-space: nowrap; font-size: .86rem; font-weight: 600; margin-left: .35rem; } .flag.quiet { font-weight: 400; }
    .packet-body { margin: .25rem 0 1rem 1.5rem; padding: .5rem .75rem; border-left: 3px solid var(--line); background: var(--raised); scroll-margin-top: 7rem; }
    .has-warning > .packet-body { border-left-color: var(--warning); } .has-bad > .packet-body { border-left-color: var(--bad); }
    details.packet:has(:target) > summary { background: var(--mark); color: var(--mark-text); }
    details.packet:has(:target) > summary span, details.packet:has(:target) > summary span::before { color: var(--mark-text); }
    .packet-body:target { outline: 2px solid var(--link); } .packet-body ul.findings { padding-left: 0; }
    details.window { scroll-margin-top: 3rem; } details.window:target > summary { background: var(--mark); }
    details.window:target > summary .window-title, details.window:target > summary .window-title span { color: var(--mark-text); }
    table.fields td.hex { min-width: 15rem; } tr.changed td { background: color-mix(in srgb, var(--mark) 35%, transparent); }

    """

  private static let plots = """
    figure { margin: 0; } figcaption { color: var(--quiet); margin-bottom: .5rem; }
    svg.plot { display: block; overflow: visible; } svg.plot text { font-size: 11px; fill: var(--quiet); paint-order: stroke; stroke: var(--ground); stroke-width: 3px; }
    svg text.middle { text-anchor: middle; } svg text.end { text-anchor: end; } svg text.start { text-anchor: start; }
    svg .grid { stroke: var(--line); } svg .axis { stroke: var(--quiet); }
    rect.packets { fill: var(--bars); } rect.messages { fill: var(--link); } svg.plot text.faults { fill: var(--warning); text-anchor: middle; font-size: 9px; }
    .key.packets { color: var(--bars); } .key.messages { color: var(--link); } .key.faults { color: var(--warning); }
    rect.stretch { fill: transparent; } a:hover > rect.stretch, a:focus-visible > rect.stretch { fill: var(--link); fill-opacity: .18; }
    line.percentile { stroke: var(--text); stroke-width: 1.5; }
    td.distribution { min-width: 14rem; width: 40%; } table.numbers { width: auto; } table.numbers td { text-align: right; }
    .latencies td { vertical-align: middle; }
    svg.graph { display: block; width: 100%; max-width: 46rem; margin: 0 auto; } svg.graph text { font-size: 10.5px; fill: var(--text); }
    .tie { fill: none; stroke: var(--link); stroke-opacity: .6; } .tie.by-request { stroke-dasharray: 6 4; stroke: var(--quiet); } .tie.by-lookup { stroke-dasharray: 1.5 3.5; stroke: var(--quiet); }
    circle.user { fill: var(--text); stroke: var(--ground); stroke-width: 2; }
    :root { --bars: #8291a5; } @media (prefers-color-scheme: dark) { :root { --bars: #74859c; } }

    """

  private static let narrow = """
    @media screen and (max-width: 60rem) {
      .row { grid-template-columns: auto auto auto minmax(0, 1fr); column-gap: .6rem; }
      .packet > summary.row { padding: .3rem 0; border-top: 1px solid var(--line); }
      .row .lanes, .flows .lanes { grid-column: 1 / -1; } .row .frame { order: 0; } .row .time { order: 1; } .row .type { order: 2; }
      .row .lanes { order: 4; } .row .what { order: 3; grid-column: 1 / -1; }
      .flows .more { order: 5; grid-column: 1 / -1; }
      .heads .frame, .heads .time, .heads .type, .heads .what { display: none; }
      .packet-body { margin-left: 0; padding: .5rem; scroll-margin-top: 9rem; } .skipped .note { grid-column: 1 / -1; text-align: left; } .skipped .lanes { display: none; } .row .lanes { min-height: 1.35rem; }
      table.fields td.hex, td.distribution { min-width: 0; }
    }
    @media (max-width: 40rem) {
      table.numbers th { white-space: normal; } table.numbers th, table.numbers td { padding-right: .5rem; } td.distribution { width: auto; } table.stacked td.distribution { padding-top: .35rem; }
      .heads .who { display: none; }
      table.latencies td.number { margin-right: .6rem; } .unit { color: var(--quiet); }
    }

    """

  private static let paper = """
    @media print {
      :root { --busy: #ddd; --bars: #888; }
      .tools, .places { display: none; } .heads { position: static; }
      details.packet:not([open])::details-content { content-visibility: hidden; display: none; }
      .window, figure, .packet > summary { break-inside: avoid; } .window { break-inside: auto; }
      .row { grid-template-columns: 3.5rem 5.5rem min(var(--ladder), 40%) 3rem minmax(0, 1fr); }
      * { print-color-adjust: exact; }
    }

    """
}
