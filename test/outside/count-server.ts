/** `count-server.ts HOST PORT FILE`: appends the path of each `GET /done/…` to FILE. */
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
import process from 'node:process'

const [host, port, file] = process.argv.slice(2)
if (file === undefined) throw new Error('usage: count-server.ts HOST PORT FILE')
createServer((request, response) => {
  const token = /^\/done\/(.+)$/.exec(request.url ?? '')?.[1]
  if (token !== undefined) appendFileSync(file, `${token}\n`)
  response.end('ok\n')
}).listen(Number(port), host)
