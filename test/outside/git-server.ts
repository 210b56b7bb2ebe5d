/**
 * A git server on loopback: git's own http-backend behind node:http. It checks credentials, counts
 * what it sends, and misbehaves on request.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

export interface GitServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** Holds bare repositories, `OWNER/NAME.git`. */
  readonly folder: string
  /** Bytes of bodies sent since the start. */
  readonly bytesSent: number
  /** `METHOD path` and status of each request, oldest first. */
  readonly requests: readonly string[]
  /** Misbehaviour of the next fetches. */
  misbehave(...next: readonly Misbehaviour[]): void
  /** Resolves when a connection is held in mid-pack, with a function that cuts it. */
  held(): Promise<() => void>
  /** Redirects a repository to this address of another, as after a rename. */
  move(name: string, to: string): void
  /**
   * Whether clients may speak protocol version 2, which returns any commit by its id. Without it,
   * only what the repository allows.
   */
  allowVersion2(allowed: boolean): void
  stop(): Promise<void>
}

/**
 * Answers with a status, cuts the connection at once, or cuts or holds it after this many bytes of
 * a pack.
 */
export type Misbehaviour = number | 'cut' | { readonly cutAfter: number } | { readonly holdAfter: number }

/**
 * The only valid token, or a function that accepts or refuses a token (null for none) for a path.
 */
type Access = string | ((token: string | null, path: string) => boolean)

/**
 * Starts a git server. With `access`, the server accepts `Bearer TOKEN` and the password TOKEN of
 * any user, and returns 401 for other credentials, like GitHub and Bitbucket.
 */
export async function startGitServer(folder: string, access: Access | null = null): Promise<GitServer> {
  mkdirSync(folder, { recursive: true })
  const requests: string[] = []
  const odd: Misbehaviour[] = []
  const held = Promise.withResolvers<() => void>()
  const moved = new Map<string, string>()
  let bytesSent = 0
  let version2 = true

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://git').pathname
    response.once('close', () => requests.push(`${request.method} ${path} ${response.statusCode}`))
    const next = path.endsWith('/info/refs') && typeof odd[0] !== 'object' ? odd.shift() : undefined
    const repository = `${path.split('.git/')[0]}.git`
    const to = moved.get(repository)
    if (next === 'cut') request.socket.destroy()
    else if (typeof next === 'number') response.writeHead(next, next < 400 ? { location: '/elsewhere' } : {}).end()
    else if (!isLetIn(request, path, access)) response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    else if (to !== undefined)
      response.writeHead(301, { location: `${to}${request.url?.slice(repository.length)}` }).end()
    else if (!existsSync(join(folder, repository))) response.writeHead(404).end('Not Found')
    else {
      serve(folder, request, response, version2, (bytes, sentHere) => {
        bytesSent += bytes.length
        const [first] = odd
        if (typeof first !== 'object') return true
        if (sentHere <= ('cutAfter' in first ? first.cutAfter : first.holdAfter)) return true
        odd.shift()
        const cut = () => void request.socket.destroy()
        if ('cutAfter' in first) cut()
        else held.resolve(cut)
        return false
      })
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    folder,
    get bytesSent() {
      return bytesSent
    },
    requests,
    move: (name, to) => void moved.set(`/${name}.git`, to),
    misbehave: (...next) => void odd.push(...next),
    held: () => held.promise,
    allowVersion2(allowed) {
      version2 = allowed
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function isLetIn({ headers }: IncomingMessage, path: string, access: Access | null): boolean {
  if (access === null) return true
  const [scheme = '', value = ''] = (headers.authorization ?? '').split(' ')
  const password = () => Buffer.from(value, 'base64').toString().split(':')[1] ?? null
  const token = scheme.toLowerCase() === 'bearer' ? value : scheme.toLowerCase() === 'basic' ? password() : null
  return typeof access === 'string' ? token === access : access(token, path)
}

/** RFC 3875 around `git http-backend`. */
function serve(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
  version2: boolean,
  /** Whether more is sent. */
  onSent: (bytes: Buffer, sentHere: number) => boolean,
): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://git')
  const { headers } = request
  const git = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      REQUEST_METHOD: request.method,
      PATH_INFO: pathname,
      QUERY_STRING: searchParams.toString(),
      CONTENT_TYPE: headers['content-type'] ?? '',
      ...(headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: headers['content-length'] }),
      ...(headers['content-encoding'] === undefined ? {} : { HTTP_CONTENT_ENCODING: headers['content-encoding'] }),
      ...(version2 && typeof headers['git-protocol'] === 'string' ? { GIT_PROTOCOL: headers['git-protocol'] } : {}),
    },
  })
  request.pipe(git.stdin)
  // The backend stopped reading, or the client is gone.
  git.stdin.on('error', () => {})
  response.once('close', () => git.kill())
  let head: Buffer | undefined = Buffer.alloc(0)
  let sent = 0
  let goesOn = true
  const send = (bytes: Buffer) => {
    // Node.js resumes the output of a process that has ended.
    if (!goesOn) return
    sent += bytes.length
    const isDrained = response.write(bytes)
    goesOn = onSent(bytes, sent)
    if (isDrained || !goesOn) return
    git.stdout.pause()
    response.once('drain', () => git.stdout.resume())
  }
  git.stdout.on('data', (bytes: Buffer) => {
    if (head === undefined) return send(bytes)
    head = Buffer.concat([head, bytes])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    for (const line of head.subarray(0, end).toString('latin1').split('\r\n')) {
      const [name = '', value = ''] = line.split(': ')
      if (name.toLowerCase() === 'status') response.statusCode = Number(value.split(' ')[0])
      else response.setHeader(name, value)
    }
    const rest = head.subarray(end + 4)
    head = undefined
    if (rest.length > 0) send(rest)
  })
  git.stdout.on('end', () => goesOn && response.end())
}

/** Content of a commit: file contents or other entries; null removes one. */
export type GitFile =
  | string
  | null
  | { readonly link: string }
  | { readonly executable: string }
  | { readonly submodule: string }

export interface NewCommit {
  /** Full name of the ref. */
  readonly ref: string
  readonly files: Readonly<Record<string, GitFile>>
  /** A commit or ref; null for a root commit. Default: the ref's commit. */
  readonly parent?: string | null
  readonly message?: string
}

/** Opens a bare repository of the server, and makes it when it is missing. */
export function gitRepository(server: Pick<GitServer, 'folder' | 'url'>, name: string) {
  const directory = join(server.folder, `${name}.git`)
  if (!existsSync(directory)) makeBare(directory)
  const git = (args: readonly string[], input?: string | Buffer): string =>
    execFileSync('git', ['--git-dir', directory, ...args], {
      input,
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
    }).trim()
  return {
    url: `${server.url}/${name}.git`,
    directory,
    git,
    /** Returns the commit of a ref; null when there is none. Takes no process for a branch. */
    commitOf(ref: string): string | null {
      if (!isThere(directory, ref)) return null
      const loose = join(directory, ref)
      const isLoose = statSync(loose, { throwIfNoEntry: false })?.isFile() === true
      if (ref.startsWith('refs/heads/') && isLoose) return readFileSync(loose, 'utf8').trim()
      const [object, peeled] = git(['for-each-ref', '--format=%(objectname) %(*objectname)', ref]).split(/[ \n]/)
      return peeled || object || null
    },
    /** Whether it has a branch, a tag or any other ref, without a process. */
    hasRefs: () =>
      existsSync(join(directory, 'packed-refs')) ||
      readdirSync(join(directory, 'refs'), { recursive: true, withFileTypes: true }).some((entry) => entry.isFile()),
    /**
     * Moves the ref to a new commit, by force, and returns its id. Takes one process, because some
     * tests make hundreds.
     */
    commit({ ref, files, parent, message = 'a commit' }: NewCommit): string {
      const from = parent === undefined && isThere(directory, ref) ? `${ref}^0` : parent
      const lines = [
        `commit ${ref}`,
        'mark :1',
        `committer A <a@example.com> ${nextSecond()} +0000`,
        data(message),
        ...(from === undefined || from === null ? [] : [`from ${from}`]),
        ...Object.entries(files).map(([path, file]) => change(path, file)),
        '',
        'get-mark :1',
        '',
      ]
      return git(['fast-import', '--quiet', '--force', '--date-format=raw'], lines.join('\n'))
    },
  }
}

let seconds = 1_700_000_000

/** Each commit is younger than all before it, so that equal contents give different commits. */
function nextSecond(): number {
  seconds += 1
  return seconds
}

function isThere(directory: string, ref: string): boolean {
  if (existsSync(join(directory, ref))) return true
  const packed = join(directory, 'packed-refs')
  return existsSync(packed) && readFileSync(packed, 'utf8').includes(` ${ref}\n`)
}

/**
 * Does what `git init --bare` does, without samples and without a process, because some tests make
 * a hundred.
 */
function makeBare(directory: string): void {
  for (const name of ['objects', 'refs/heads', 'refs/tags']) mkdirSync(join(directory, name), { recursive: true })
  writeFileSync(join(directory, 'config'), '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n')
  writeFileSync(join(directory, 'HEAD'), 'ref: refs/heads/main\n')
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`
}

function change(path: string, file: GitFile): string {
  const quoted = JSON.stringify(path)
  if (file === null) return `D ${quoted}`
  if (typeof file === 'string') return `M 100644 inline ${quoted}\n${data(file)}`
  if ('link' in file) return `M 120000 inline ${quoted}\n${data(file.link)}`
  if ('executable' in file) return `M 100755 inline ${quoted}\n${data(file.executable)}`
  return `M 160000 ${file.submodule} ${quoted}`
}
