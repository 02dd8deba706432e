import { ProtocolError, ReplyError, ReplyReader } from '../src/index.js'
import { type ModelOptions, show, type Told } from './model-reader.js'

/** What the reader makes of the chunks, in the words of the model. */
export function readChunks(
  chunks: Iterable<Buffer>,
  { limits, stringNumbers, wantsText }: ModelOptions,
): Omit<Told, 'end'> & { readonly error: ProtocolError | undefined } {
  const events: string[] = []
  let replies = 0
  const reader = new ReplyReader(
    {
      wantsText: () => wantsText(replies),
      onReply: (reply, isText) => {
        if (isText !== wantsText(replies)) throw new Error('Read as what it was not asked for')
        replies++
        events.push(show(reply))
      },
      onErrorReply: (error) => {
        replies++
        events.push(show(error))
      },
      onPush: (items) => events.push(`push ${show(items)}`),
    },
    { limits, stringNumbers, makeError: (message) => new ReplyError(message) },
  )
  try {
    for (const chunk of chunks) reader.read(chunk)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { events, error }
  }
  return { events, error: undefined }
}

export function* oneByOne(bytes: Buffer): Generator<Buffer> {
  for (let i = 0; i < bytes.length; i++) yield bytes.subarray(i, i + 1)
}
