/**
 * CRC-32C of some bytes, the checksum of Kafka's record batches. Slicing-by-8: M. Kounavis, F. Berry, "A systematic approach
 * to building high performance software-based CRC generators", 2005; about five times as quick as a table of bytes.
 */
const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

const tables = buildTables();
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [Table, Table, Table, Table, Table, Table, Table, Table];

type Table = Int32Array;

/** An unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  let crc = -1;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    const word = crc ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    crc =
      t7[word & 0xff]! ^
      t6[(word >>> 8) & 0xff]! ^
      t5[(word >>> 16) & 0xff]! ^
      t4[word >>> 24]! ^
      t3[bytes[i + 4]!]! ^
      t2[bytes[i + 5]!]! ^
      t1[bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = t0[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

function buildTables(): Table[] {
  const built = Array.from({ length: SLICES }, () => new Int32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    built[0]![byte] = crc;
  }
  for (let slice = 1; slice < SLICES; slice++) {
    for (let byte = 0; byte < 256; byte++) {
      const before = built[slice - 1]![byte]!;
      built[slice]![byte] = built[0]![before & 0xff]! ^ (before >>> 8);
    }
  }
  return built;
}
