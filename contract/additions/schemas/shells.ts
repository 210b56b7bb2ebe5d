import type { JsonSchema } from '../../src/document.ts'
import { describe, instant, object, text, yesOrNo } from '../json-schema.ts'

const protocol = `A ticket for one WebSocket at \`url\`. The token goes into \`Sec-WebSocket-Protocol\`, which offers \`harmont-shell\` and \`token.TOKEN\`; the server answers \`harmont-shell\`. It opens one
connection, within 60 s. A refusal is an HTTP answer with the usual error. Messages are binary; the first byte says what the rest is: 0 input (nothing: the end of the input), 1 output, 2 size,
3 exit, 4 standard error, 5 problem. From the client come 0 and 2, each of at most 64 KiB. Its first is a 2 with JSON: \`cols\` and \`rows\` for a terminal, \`script\` for what \`sh -c\` runs, or both, or neither;
without a script a shell runs, without a size there is no terminal. Each later 2 gives a new size. The server ends with \`{"code"}\` in a 3, null when nobody knows it, or with \`{"code","message"}\`
in a 5, where \`code\` is one of those of errors. It pings every 15 s, and closes after 60 s without an answer.`

export const shellSchemas: Readonly<Record<string, JsonSchema>> = {
  OpenShellRequest: object(
    {},
    { before: describe(yesOrNo, "The file system as the step's command found it, rather than as it left it.") },
  ),
  ShellTicket: describe(
    object({ url: text, token: describe(text, '43 characters; works once.'), expires_at: instant }),
    protocol.replaceAll('\n', ' '),
  ),
}
