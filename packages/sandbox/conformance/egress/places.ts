/** The addresses and names of the test's Internet, shared by all its parts. */

const [registry, shared, evil] = ['11.22.33.10', '11.22.33.20', '11.22.33.66'] as const
/** A private address outside the machine. */
export const lan = '10.66.77.5'
export const addresses = [registry, shared, evil, '11.22.33.53']

/**
 * The DNS records of the test's Internet. `turning` resolves alternately to the public and to the
 * private address.
 */
export const records: Readonly<Record<string, readonly string[]>> = {
  'registry.example': [registry],
  'a.cdn.example': [shared],
  'deep.b.cdn.example': [shared],
  'cdn.example': [evil],
  'git.example': [registry],
  'one.example': [shared],
  'two.example': [shared],
  'neighbour.example': [shared],
  'evil.example': [evil],
  'private.example': [lan],
  'turning.example': [registry, lan],
  'inside.example': [lan],
}

/** The step's egress list. */
export const hosts = [
  ['registry.example', false, 443],
  ['cdn.example', true, 443],
  ['git.example', false, 22],
  ['one.example', false, 443],
  ['two.example', false, 443],
  ['private.example', false, 443],
  ['private.example', false, 80],
  ['turning.example', false, 443],
  ['turning.example', false, 80],
  ['inside.example', false, 7002],
].map(([name, below, port]) => ({ name: String(name), below: below === true, port: Number(port) }))

/** The operator's exception. */
export const excepted = `${lan}:7002`

const refused = /^(refused|reset|unreachable|timed out|no such name)$/
const nothing = /^(no answer|refused|unreachable|not permitted|.*not supported.*|.*assign.*)$/

/** One check in the step: a Python expression and its expected result. */
export interface Trial {
  readonly name: string
  readonly python: string
  readonly gives: RegExp
}

const reaches = (address: string, name: string) => new RegExp(`^${address} ${name} `)

/** Destinations that the step must reach. */
export const passing: readonly Trial[] = [
  { name: 'a listed name', python: 'tls("registry.example")', gives: reaches(registry, 'registry.example') },
  {
    name: 'a name below a wildcard',
    python: 'tls("deep.b.cdn.example")',
    gives: reaches(shared, 'deep.b.cdn.example'),
  },
  { name: 'another port of a listed name', python: 'tcp("git.example", 22)', gives: new RegExp(`^${registry}:22$`) },
  {
    name: 'two names on one address',
    python: 'tls("one.example") + tls("two.example")',
    gives: /one\.example .*two\.example /,
  },
  { name: 'a private address that the operator allows', python: 'tcp("inside.example", 7002)', gives: /:7002$/ },
  {
    name: 'a hello in fragments',
    python: 'fragmented("registry.example")',
    gives: reaches(registry, 'registry.example'),
  },
]

/** Destinations that the step must not reach. */
export const refusals: readonly Trial[] = [
  { name: 'a name that is not listed', python: 'tls("evil.example")', gives: refused },
  { name: 'the name of a wildcard itself', python: 'tls("cdn.example")', gives: refused },
  { name: 'a port of a listed name that is not listed', python: 'tcp("two.example", 22)', gives: refused },
  { name: 'another address', python: `tcp("${evil}", 22)`, gives: refused },
  { name: 'another address by TLS without a name', python: `tls(None, "${evil}")`, gives: refused },
  {
    name: 'port 443 without TLS',
    python: 'tcp("registry.example", 443, b"GET / HTTP/1.0\\r\\n\\r\\n")',
    gives: /^(reset|)$/,
  },
  {
    name: 'a listed name with a private address',
    python: 'tls("private.example") + tcp("private.example", 80)',
    gives: /^((refused|reset|unreachable|timed out|no such name)){2}$/,
  },
  {
    name: 'a listed name that turns private (DNS rebinding)',
    python: '", ".join(sorted({tcp("turning.example", 80) for _ in range(4)}))',
    gives: new RegExp(`^${registry}:80, no such name$`),
  },
  { name: 'a resolver of its own choice', python: 'ask("11.22.33.53", "registry.example")', gives: nothing },
  { name: 'a resolver of its own choice, by TCP', python: 'tcp("11.22.33.53", 53)', gives: refused },
  { name: 'data in a question for a name', python: 'tls("secret.evil.example")', gives: refused },
  {
    name: 'data in a question of another type',
    python: 'ask(resolver, "secret.registry.example", 16)',
    gives: /^3 0$/,
  },
  { name: 'a text record of a listed name', python: 'ask(resolver, "registry.example", 16)', gives: /^5 0$/ },
  {
    name: 'a neighbour on the address of a listed name',
    python: `tls("neighbour.example", "${shared}")`,
    gives: refused,
  },
  {
    name: 'another address by the name of a listed one',
    python: `tls("registry.example", "${evil}")`,
    gives: reaches(registry, 'registry.example'),
  },
  { name: 'QUIC', python: `udp("${registry}", 443, b"quic")`, gives: nothing },
  { name: 'any other UDP', python: `udp("${registry}", 9, b"udp")`, gives: nothing },
  {
    name: 'a ticket of its own',
    python: `", ".join([tcp("${evil}", 22, b"", 1024), tcp("${evil}", 22)])`,
    gives: /^refused, refused$/,
  },
  { name: 'IPv6', python: 'tcp6("2606:4700::1111", 443)', gives: nothing },
  { name: 'raw packets', python: `raw("${evil}")`, gives: nothing },
]

/** Destinations that no egress list can block, as documented. */
export const unstoppable: readonly Trial[] = [
  {
    name: 'another host behind a listed name (domain fronting)',
    python: 'tls("one.example", data=b"Host: neighbour.example")',
    gives: /^\S+ one\.example Host: neighbour\.example$/,
  },
]

/** Returns a script for `sh` that prints the result of each trial as JSON. */
export function script(trials: readonly Trial[]): string {
  return `python3 -c '${program(trials).replaceAll("'", "'\\''")}'`
}

function program(trials: readonly Trial[]): string {
  return `
import errno, json, socket, ssl, struct
resolver = open("/etc/resolv.conf").read().split()[1]
seconds = 3
def said(error):
  if isinstance(error, socket.gaierror): return "no such name"
  if isinstance(error, TimeoutError): return "timed out"
  if isinstance(error, (ConnectionResetError, BrokenPipeError, ssl.SSLError)): return "reset"
  if isinstance(error, PermissionError): return "not permitted"
  return {errno.ECONNREFUSED: "refused", errno.EHOSTUNREACH: "unreachable", errno.ENETUNREACH: "unreachable"}.get(error.errno, str(error))
def attempt(work):
  try: return work()
  except OSError as error: return said(error)
def everything(s):
  got = b""
  while True:
    more = s.recv(4096)
    if not more: return got.decode()
    got += more
def context():
  found = ssl.create_default_context()
  found.check_hostname = False
  found.verify_mode = ssl.CERT_NONE
  return found
def tls(name, address=None, data=b"hello"):
  def work():
    with socket.create_connection((address or name, 443), seconds) as plain:
      with context().wrap_socket(plain, server_hostname=name) as s:
        s.sendall(data)
        return everything(s)
  return attempt(work)
def fragmented(name):
  def work():
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    s = context().wrap_bio(incoming, outgoing, server_hostname=name)
    with socket.create_connection((name, 443), seconds) as plain:
      plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
      def step(call):
        while True:
          try: return call()
          except ssl.SSLWantReadError:
            sent = outgoing.read()
            # The message in records of 40 bytes, in segments of 7.
            if sent[:1] == b"\\x16":
              body = sent[5:]
              sent = b"".join(b"\\x16\\x03\\x01" + struct.pack("!H", len(body[i:i + 40])) + body[i:i + 40] for i in range(0, len(body), 40))
              for i in range(0, len(sent), 7): plain.sendall(sent[i:i + 7])
            else: plain.sendall(sent)
            incoming.write(plain.recv(65536))
      step(s.do_handshake)
      s.write(b"hello")
      plain.sendall(outgoing.read())
      return step(lambda: s.read(4096)).decode()
  return attempt(work)
def tcp(host, port, data=b"", sender=0):
  def work():
    with socket.create_connection((host, port), seconds, ("0.0.0.0", sender)) as s:
      s.sendall(data)
      return everything(s)
  return attempt(work)
def tcp6(host, port):
  return attempt(lambda: socket.create_connection((host, port), seconds) and "connected")
def udp(host, port, data):
  def work():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
      s.settimeout(0.3)
      s.connect((host, port))
      s.send(data)
      try: return s.recv(4096)
      except TimeoutError: return "no answer"
  return attempt(work)
def ask(server, name, type=1):
  question = struct.pack("!HHHHHH", 7, 256, 1, 0, 0, 0) + b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\\0" + struct.pack("!HH", type, 1)
  answer = udp(server, 53, question)
  return answer if isinstance(answer, str) else "%d %d" % (answer[3] & 15, struct.unpack("!H", answer[6:8])[0])
def raw(host):
  def work():
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
      here = socket.inet_aton(socket.gethostbyname(socket.gethostname()))
      header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 32, 1, 0, 64, 17, 0, here, socket.inet_aton(host))
      s.sendto(header + struct.pack("!HHHH", 7, 9, 12, 0) + b"raw!", (host, 0))
      return "no answer"
  return attempt(work)
for name, trial in ${JSON.stringify(trials.map(({ name, python }) => [name, python]))}:
  print(json.dumps([name, eval(trial)]), flush=True)
`
}
