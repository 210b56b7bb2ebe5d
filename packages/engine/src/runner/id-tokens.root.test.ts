import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import type { IdTokenIssuer } from '../scheduler/id-tokens-of-job.ts'
import { logOf, openBench, run, saidUp, settled, step, submit } from './runner.test-support.ts'

const idTokens = { AWS_TOKEN_FILE: 'sts.amazonaws.com', VAULT_JWT: 'vault' }
const withTokens = (command: string) => step(command, { idTokens })
const signatureOf = (token: string) => token.slice(token.lastIndexOf('.') + 1)

/** Issues tokens in the form of JSON Web Tokens, and records them. */
function issuer(): IdTokenIssuer & { readonly issued: string[] } {
  const issued: string[] = []
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return {
    issued,
    async issue({ audiences, stepKey }) {
      const tokens = Object.entries(audiences).map(([name, aud]) => {
        const claims = part({ aud, iss: 'https://ci.example.com', stepKey, jti: randomBytes(16).toString('hex') })
        return [name, `${part({ alg: 'RS256' })}.${claims}.${randomBytes(256).toString('base64url')}`] as const
      })
      issued.push(...tokens.map(([, token]) => token))
      return { kind: 'tokens', tokens: new Map(tokens) }
    },
  }
}

async function benchOf(options: Parameters<typeof openBench>[0]) {
  const bench = await openBench(options)
  onTestFinished(() => bench.close())
  return bench
}

test('G120 token files are replaced while the command runs, and each token stays masked long afterwards', async () => {
  const own = issuer()
  const bench = await benchOf({ idTokens: own, runner: { settings: { idTokenMs: 50 } } })
  const { state, jobs } = await run(bench, [
    withTokens(
      `f=$AWS_TOKEN_FILE; first=$(cat $f); last=$first; seen=0; echo "1 $first"
       while [ $seen -lt 6 ]; do now=$(cat $f); case $now in *.*.*) ;; *) echo "half: $now"; esac
         [ "$now" = "$last" ] || { seen=$((seen + 1)); last=$now; echo "2 $now"; printf %s "$now" | base64; }; sleep 0.01; done
       echo "3 $first"; echo "4 \${first##*.}"; echo "5 $f $VAULT_JWT"; stat -c '%a %u' $f; ls /run/secrets`,
    ),
  ])
  expect(state).toBe('passed')
  const log = await logOf(bench, jobs[0])
  expect(log).toMatch(/^1 \*\*\*\n(2 \*\*\*\n[^2]*){6}3 /)
  expect(log).toMatch(
    /4 \*\*\*\n5 \/run\/secrets\/AWS_TOKEN_FILE \/run\/secrets\/VAULT_JWT\n400 0\nAWS_TOKEN_FILE\nVAULT_JWT\n$/,
  )
  expect(log).not.toContain('half')
  const written = [log, Buffer.from(log.replaceAll(/[^\w+/=]/g, ''), 'base64').toString('latin1')].join()
  expect(own.issued.length).toBeGreaterThanOrEqual(14)
  for (const token of own.issued)
    for (let at = 0; at < 320; at += 20) expect(written).not.toContain(signatureOf(token).slice(at, at + 20))
})

test('G120 an engine that adopts a command replaces its tokens at once, and masks those of the previous engine', async () => {
  const own = issuer()
  const bench = await benchOf({ idTokens: own })
  const id = await submit(bench, [
    withTokens(
      // The line ends with a period because a final letter would be held back: a token could begin
      // there.
      `first=$(cat $VAULT_JWT); echo "1 $first"; echo "up."; while [ "$first" = "$(cat $VAULT_JWT)" ]; do sleep 0.05; done
       echo "2 $first"; echo "3 $(cat $VAULT_JWT)"`,
    ),
  ])
  await saidUp(bench, id)
  await bench.engine.close()
  await bench.restart()
  const { state, jobs } = await settled(bench, id)
  expect([state, jobs[0]?.fence]).toEqual(['passed', 1])
  expect(await logOf(bench, jobs[0])).toBe('1 ***\nup.\n2 ***\n3 ***\n')
})

test('G121 without an issuer, and in builds of forks, the variables are unset and the log states the reason', async () => {
  const print = withTokens('env | grep -c -e TOKEN_FILE -e JWT; ls -A /run/secrets')
  const [local, server] = [await benchOf({}), await benchOf({ idTokens: issuer() })]
  const [laptop, fork] = await Promise.all([run(local, [print]), run(server, [print], { trust: 'fork' })])
  const unset = '<The identity tokens of this step are not set:'
  expect(await logOf(local, laptop.jobs[0])).toBe(`${unset} only a server issues them.>0\n`)
  expect(await logOf(server, fork.jobs[0])).toBe(`${unset} builds of forks get none.>0\n`)
  expect([laptop.state, fork.state]).toEqual(['passed', 'passed'])
})
