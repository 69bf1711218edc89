/// What `--defect list` prints.
enum DefectList {
  static let text = "no defects are built in\n"
}
