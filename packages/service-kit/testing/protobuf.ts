/** Reads the protobuf wire format without a schema: enough to see what an exporter really sent. https://protobuf.dev/programming-guides/encoding/ */

export type Field = bigint | Buffer;
/** Field number -> its values in order. Length-delimited and fixed-width ones are bytes, varints are bigints. */
export type Message = ReadonlyMap<number, readonly Field[]>;

export function decode(bytes: Buffer): Message {
  const fields = new Map<number, Field[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (sizeBytes: number): Buffer => {
    if (at + sizeBytes > bytes.length) throw new RangeError('the message ends inside a field');
    at += sizeBytes;
    return bytes.subarray(at - sizeBytes, at);
  };
  const value = (wireType: number): Field => {
    switch (wireType) {
      case 0:
        return varint();
      case 1:
        return take(8);
      case 2:
        return take(Number(varint()));
      case 5:
        return take(4);
      default:
        throw new RangeError(`wire type ${wireType}`);
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >> 3;
    fields.set(number, [...(fields.get(number) ?? []), value(tag & 7)]);
  }
  return fields;
}

export function buffers(message: Message, field: number): Buffer[] {
  return (message.get(field) ?? []).map((value) => {
    if (typeof value === 'bigint') throw new TypeError(`field ${field} is a varint`);
    return value;
  });
}

export const messages = (message: Message, field: number): Message[] => buffers(message, field).map(decode);
export const text = (message: Message, field: number): string => buffers(message, field)[0]?.toString('utf8') ?? '';
export const hex = (message: Message, field: number): string => buffers(message, field)[0]?.toString('hex') ?? '';
