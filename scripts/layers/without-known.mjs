/**
 * @typedef {object} Fault
 * @property {string} folder of the package
 * @property {number} weight what it counts
 * @property {string} text
 *
 * @typedef {import('./known-faults.mjs').KnownFaults} KnownFaults
 */

/** @type {Record<keyof KnownFaults, string>} */
const words = { filesInCircles: 'files in circles', roomBreaks: 'breaks of its rooms' }

/**
 * The faults of one kind, without those of packages that have just as many as are known: a number that
 * has sunk is to be lowered in the list, so that it never rises again.
 *
 * @param {keyof KnownFaults} kind
 * @param {readonly Fault[]} faults
 * @param {Readonly<Record<string, KnownFaults>>} known by the folder of the package
 * @returns {string[]}
 */
export function withoutKnown(kind, faults, known) {
  const folders = new Set([...faults.map(({ folder }) => folder), ...Object.keys(known)])
  return [...folders].flatMap((folder) => {
    const own = faults.filter((fault) => fault.folder === folder)
    const found = own.reduce((sum, { weight }) => sum + weight, 0)
    const expected = known[folder]?.[kind] ?? 0
    if (found === expected) return []
    const place = `scripts/layers/known-faults.mjs: ${folder} has ${found} ${words[kind]}`
    if (found < expected) return [`${place}: lower the number from ${expected}, or remove it at 0`]
    const texts = own.map(({ text }) => text)
    return expected === 0 ? texts : [...texts, `${place}, and ${expected} were known`]
  })
}
