/// What only `report.html` of a run has, beside `PageStyle.base`.
enum FindingStyle {
  static let text = """
    .sections th:nth-child(1) { width: 7.5rem; } .sections th:nth-child(2) { width: 13rem; } .sections th:nth-child(4) { width: 5.5rem; }
    .verdict { font-weight: 600; font-size: 1.1rem; }
    details.section > summary { font-weight: 600; }
    .status { white-space: nowrap; font-weight: 600; }
    article { border-left: 4px solid var(--bad); }
    table.verdicts th { width: 6rem; }
    tr.changed td { background: color-mix(in srgb, var(--mark) 35%, transparent); }
    tr.theirs { background: var(--raised); }
    .filter { display: inline; } .filter + label { margin: 0 1rem 0 .25rem; }
    #show-failed:checked ~ .sections tr.pass, #show-failed:checked ~ .sections tr.skip, #show-skipped:checked ~ .sections tr.pass,
    #show-skipped:checked ~ .sections tr.fail, #show-skipped:checked ~ .sections tr.error { display: none; }
    #show-failed:checked ~ .sections .section:not(.has-failed), #show-skipped:checked ~ .sections .section:not(.has-skipped) { display: none; }

    """
}
