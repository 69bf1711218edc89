import S2WMPWire

/// A choice that a case file names by a word, and a number behind it where one belongs to it.
struct ChoiceWord<Choice>: Sendable where Choice: Sendable {
  let word: String
  /// What the number may be; nil: there is none.
  let range: ClosedRange<Int>?
  let make: @Sendable (Int) -> Choice

  init(_ word: String, _ choice: Choice) {
    (self.word, range, make) = (word, nil, { _ in choice })
  }

  init(_ word: String, _ range: ClosedRange<Int>, _ make: @escaping @Sendable (Int) -> Choice) {
    (self.word, self.range, self.make) = (word, range, make)
  }
}

/// The words of a choice that is nothing but words and numbers.
protocol WordedChoice: Sendable {
  static var words: [ChoiceWord<Self>] { get }
  /// The word, and the number.
  var spelled: (String, Int?) { get }
}

extension HashChoice: WordedChoice {
  static var words: [ChoiceWord<HashChoice>] {
    [.init("zero", .zero), .init("other-text", .otherText), .init("other-direction", .otherDirection), .init("previous", .previous)]
  }

  var spelled: (String, Int?) {
    switch self {
    case .zero: ("zero", nil)
    case .otherText: ("other-text", nil)
    case .otherDirection: ("other-direction", nil)
    case .previous: ("previous", nil)
    }
  }
}

extension BodyChoice: WordedChoice {
  static var words: [ChoiceWord<BodyChoice>] {
    let bits = CaseLimits.bits
    return [
      .init("short", CaseLimits.body, { .short($0) }), .init("other-key", .otherKey), .init("previous", .previous),
      .init("bit", -bits.upperBound - 1...bits.upperBound, { .bit($0) }), .init("garbage", CaseLimits.body, { .garbage($0) }),
      .init("wrapped-for-other", .wrappedForOther), .init("wrapped-zero", .wrappedZero), .init("wrapped-ones", .wrappedOnes),
      .init("content-key", 0...1024, { .contentKey($0) }),
    ]
  }

  var spelled: (String, Int?) {
    switch self {
    case .short(let count): ("short", count)
    case .otherKey: ("other-key", nil)
    case .previous: ("previous", nil)
    case .bit(let bit): ("bit", bit)
    case .garbage(let count): ("garbage", count)
    case .wrappedForOther: ("wrapped-for-other", nil)
    case .wrappedZero: ("wrapped-zero", nil)
    case .wrappedOnes: ("wrapped-ones", nil)
    case .contentKey(let count): ("content-key", count)
    }
  }
}

extension KeyChoice: WordedChoice {
  static var words: [ChoiceWord<KeyChoice>] {
    [
      .init("garbage", CaseLimits.key, { .garbage($0) }), .init("truncated", CaseLimits.key, { .truncated($0) }),
      .init("trailing", CaseLimits.key, { .trailing($0) }), .init("other-group", .otherGroup), .init("other-suite", .otherSuite),
      .init("value-zero", .valueZero), .init("value-one", .valueOne), .init("value-minus-one", .valueMinusOne), .init("value-prime", .valuePrime),
      .init("value-above-prime", .valueAbovePrime), .init("value-long", .valueLong), .init("low-order-point", 0...31, { .lowOrderPoint($0) }),
      .init("x942", .x942), .init("other-prime", .otherPrime), .init("other-generator", .otherGenerator), .init("long-length", .longLength),
      .init("leading-zero", .leadingZero), .init("private-value-length", .privateValueLength), .init("rsa-bits", CaseLimits.rsaBits, { .rsaBits($0) }),
      .init("rsa-exponent-3", .rsaExponent3), .init("rsa-even", .rsaEven), .init("rsa-no-null", .rsaNoNull), .init("rsa-first", .rsaFirst),
      .init("rsa-only", .rsaOnly), .init("third", .third), .init("of-other", .ofOther), .init("of-target", .ofTarget), .init("own", .own),
    ]
  }

  var spelled: (String, Int?) {
    switch self {
    case .garbage(let count): ("garbage", count)
    case .truncated(let count): ("truncated", count)
    case .trailing(let count): ("trailing", count)
    case .lowOrderPoint(let number): ("low-order-point", number)
    case .rsaBits(let bits): ("rsa-bits", bits)
    default: (plainWord, nil)
    }
  }

  private var plainWord: String {
    switch self {
    case .otherGroup: "other-group"
    case .otherSuite: "other-suite"
    case .valueZero: "value-zero"
    case .valueOne: "value-one"
    case .valueMinusOne: "value-minus-one"
    case .valuePrime: "value-prime"
    case .valueAbovePrime: "value-above-prime"
    case .valueLong: "value-long"
    case .x942: "x942"
    case .otherPrime: "other-prime"
    case .otherGenerator: "other-generator"
    case .longLength: "long-length"
    case .leadingZero: "leading-zero"
    case .privateValueLength: "private-value-length"
    case .rsaExponent3: "rsa-exponent-3"
    case .rsaEven: "rsa-even"
    case .rsaNoNull: "rsa-no-null"
    case .rsaFirst: "rsa-first"
    case .rsaOnly: "rsa-only"
    case .third: "third"
    case .ofOther: "of-other"
    case .ofTarget: "of-target"
    case .own: "own"
    case .garbage, .truncated, .trailing, .lowOrderPoint, .rsaBits: spelled.0
    }
  }
}

extension UserStatusCode {
  /// `online`, `busy`, …
  public var name: String { "\(self)" }
}
