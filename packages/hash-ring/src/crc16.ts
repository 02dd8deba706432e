const POLYNOMIAL = 0x1021

/** CRC16/XMODEM by the byte, as Redis Cluster uses it (`crc16.c`): the step of each leading byte. */
export const CRC16_STEPS: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ POLYNOMIAL : crc << 1
  return crc
})

/** The same of the first of two bytes: its step, and the step that this sets off at the second. */
export const CRC16_PAIR_STEPS: Uint16Array = CRC16_STEPS.map(
  (step) => ((step << 8) & 0xffff) ^ CRC16_STEPS[step >>> 8]!,
)
