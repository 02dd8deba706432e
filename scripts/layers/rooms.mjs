/**
 * The rooms of a package: which folder of its `src/` may import which other folders of it. The root of
 * `src/` may import every room, and no room may import the root.
 *
 * A room that is not named here fails the check, and so does a name without a folder. Tests are not
 * concerned. A package without an entry has no rooms: it is small enough to be flat.
 *
 * @typedef {object} Rooms
 * @property {readonly string[]} [open] files at the root that every room may import, and that import
 *   no room
 * @property {Readonly<Record<string, readonly string[]>>} rooms the folders that each may import
 */

// The client, from the ground up: each list is what a room may import besides itself.
const commands = ['catalog']
const below = ['commands', 'catalog']
const shard = ['connection', 'queueing', ...below]
/** Beside each other on the shard: none of them knows another one. */
const sideBySide = ['lanes', 'replicas', 'pubsub', 'watch', 'options']
const shardAndBelow = ['shard', ...shard]

/** By the folder of the package. @type {Readonly<Record<string, Rooms>>} */
export const rooms = {
  'packages/client': {
    open: ['errors.ts'],
    rooms: {
      run: ['routing', 'handles', 'placement', 'cache', ...sideBySide, ...shardAndBelow],
      ...Object.fromEntries(sideBySide.map((room) => [room, shardAndBelow])),
      cache: ['handles', ...shardAndBelow],
      shard,
      placement: ['connection'],
      handles: below,
      bullmq: ['handles', ...below],
      routing: below,
      connection: ['commands'],
      queueing: ['commands'],
      commands,
      catalog: [],
    },
  },
  'packages/sentinel': {
    open: ['errors.ts'],
    rooms: {
      watch: ['belief', 'link', 'protocol'],
      belief: ['protocol'],
      link: ['protocol'],
      protocol: [],
    },
  },
}
