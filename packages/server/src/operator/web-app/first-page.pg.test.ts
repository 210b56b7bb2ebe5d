import { expect, test } from 'vitest'
import { startSession } from '../../identity/sessions/start-session.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { sessionCookies } from '../../platform/http/authorization/session-cookies.ts'
import { ir, playJob } from '../../testing/runner.ts'
import { ownerToken, publicUrl, testServer } from '../../testing/server.ts'

const cookieSecret = 'the-cookie-secret-of-tests'
const it = testServer({ HARMONT_COOKIE_SECRET: cookieSecret })
const client = { address: '203.0.113.9', userAgent: 'Firefox' }

/** Returns the page of a failed build of the organization `default`, with unique words. */
async function redBuild(): Promise<string> {
  const slug = await it.newPipeline()
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const pipeline_ir = ir({ key: 'quokka-step', cmd: 'make' })
  const body = { branch: 'quokka-branch', commit: 'c0ffee', pipeline_ir }
  const { number } = (await it.request<{ number: number }>(ownerToken, 'POST', path, body)).body
  const job = await playJob(it)
  await job.log(['a.c:1:1: error: quokka output\n'])
  await job.end({ exitCode: 1 })
  return `/default/pipelines/${slug}/builds/${number}`
}

async function signIn(userId: string) {
  const session = await transaction(it.server.pool, (database) =>
    startSession(database, { userId, kind: 'web', isCookie: true, client }),
  )
  const [cookie = ''] = sessionCookies(publicUrl, cookieSecret).set(session)
  return { id: session.id, cookie: cookie.split(';')[0] ?? '' }
}

async function open(path: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const answer = await fetch(it.server.url + path, { headers: { accept: 'text/html', ...headers } })
  expect(answer.status).toBe(200)
  return answer.text()
}

test('web R1 the page of a build contains its data for its members, and none of it for anybody else', async () => {
  const path = await redBuild()
  const member = await it.newMember('member-of-page')
  const { cookie } = await signIn(member.id)
  const page = await open(path, { cookie })
  expect(page).toMatch(/<h1[^>]*>.*quokka-step.* failed/)
  expect(page).toMatch(/data-text="1">a\.c:1:1: error: quokka output</)

  const stranger = await it.newUser('stranger-of-page')
  const ended = await signIn(member.id)
  await it.server.pool.query("update sessions set expires_at = now() - interval '1 second' where id = $1", [ended.id])
  const others = {
    stranger: { cookie: (await signIn(stranger.id)).cookie },
    'an ended session': { cookie: ended.cookie },
    'an unknown session': { cookie: `${cookie}x` },
    nobody: {},
    'a key beside an unknown session': { cookie: `${cookie}x`, authorization: `Bearer ${member.token}` },
    'a key': { authorization: `Bearer ${member.token}` },
    'a key in the cookie': { cookie: cookie.replace(/=.*/, `=${member.token}`) },
  }
  for (const [who, headers] of Object.entries(others))
    expect([who, await open(path, headers)]).toEqual([who, expect.not.stringMatching(/quokka/)])
})
