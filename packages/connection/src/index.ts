export { type Address, formatAddress, isSameAddress } from './address.js'
export type { ByteStream, OpenSocket, SocketTarget } from './byte-stream.js'
export {
  Connection,
  type ConnectionListener,
  type ConnectionOptions,
  type FlushBatch,
} from './connection.js'
export { type DiagnosticChannel, diagnosticChannel } from './diagnostic-channel.js'
export { type Dialled, type DialOptions, dial } from './dial.js'
export { DIAL_CHANNEL, type DialMessage } from './dial-channel.js'
export { DisredisError, type DisredisErrorOptions } from './disredis-error.js'
export { type Argument, encodeRequest } from './encode-request.js'
export {
  ConnectionLostError,
  DialError,
  type DialStage,
  ProtocolError,
  ReplyError,
} from './errors.js'
export { Fifo } from './fifo.js'
export type { Handshake, HandshakeOptions, Request } from './handshake.js'
export { openSocket } from './open-socket.js'
export type { PendingReply } from './pending-reply.js'
export { defaultReplyLimits, type ReplyLimits } from './reply-limits.js'
export { ReplyReader, type ReplyReaderOptions, type ReplyTarget } from './reply-reader.js'
export { type Runtime, systemRuntime, type Timer } from './runtime.js'
export { withoutArguments } from './without-arguments.js'
