/** A step of the bootstrap failed. The message is for the user; so are the last lines of output. */
export class BootstrapError extends Error {
  /**
   * @param {string} message
   * @param {readonly string[]} [lines] what the failed command wrote
   */
  constructor(message, lines = []) {
    super([message, ...lines].join('\n'))
    this.name = 'BootstrapError'
  }
}
