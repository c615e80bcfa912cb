import Foundation
import HardwareSpecs
import Quantities
import Testing

/// The vectors that the generator of the specs wrote.
struct GoldenVectors: Decodable {
  struct Check: Decodable {
    var name: String
    var input: String
    var value: UInt32
  }

  struct Message: Decodable {
    var message: String
    var example: String
    var id: UInt8
    var pipe: String
    var sequence: UInt32
    var nonce: UInt32
    var fields: [String: WideNumber]
    var pdu: String
  }

  struct Line: Decodable {
    var example: String
    var fields: [String: WideNumber]
    var samples: [Int16]
    var bytes: String
  }

  /// A whole number of up to 64 bits, signed or not.
  struct WideNumber: Decodable {
    var value: Int128

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(UInt64.self) {
        value = Int128(number)
      } else {
        value = Int128(try container.decode(Int64.self))
      }
    }
  }

  var checks: [Check]
  var messages: [Message]
  var lines: [Line]

  init() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("GoldenVectors/vectors.json")
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
  }
}

/// Every message of the protocol by its name.
let messageTypes: [String: any WireMessage.Type] = [
  "IdentifyRequest": IdentifyRequest.self, "Configure": Configure.self, "Start": Start.self,
  "Stop": Stop.self, "SelfTestRequest": SelfTestRequest.self, "LeaseRequest": LeaseRequest.self,
  "DriveCommand": DriveCommand.self, "Disarm": Disarm.self,
  "AcknowledgeTrip": AcknowledgeTrip.self, "IdentifyReply": IdentifyReply.self,
  "CommandReply": CommandReply.self, "SelfTestReport": SelfTestReport.self,
  "SafetyStatus": SafetyStatus.self,
]

/// The fields of a message as plain numbers, by the names of the vectors.
func wireFields(_ message: Any) -> [String: Int128] {
  var fields: [String: Int128] = [:]
  for child in Mirror(reflecting: message).children {
    let name = child.label ?? ""
    if let serial = child.value as? SerialNumber {
      fields[name + "Low"] = Int128(serial.low)
      fields[name + "High"] = Int128(serial.high)
    } else {
      fields[name] = number(child.value)
    }
  }
  return fields
}

private func number(_ value: Any) -> Int128? {
  if let integer = value as? any BinaryInteger { return Int128(integer) }
  if let raw = value as? any RawRepresentable { return number(raw.rawValue) }
  // A quantity holds one count.
  return Mirror(reflecting: value).children.first.flatMap { number($0.value) }
}

func unhex(_ text: String) throws -> [UInt8] {
  let digits = Array(text.utf8)
  return try stride(from: 0, to: digits.count, by: 2).map { index in
    try #require(UInt8(String(decoding: digits[index..<(index + 2)], as: UTF8.self), radix: 16))
  }
}
