import { describe, expect, it } from 'vitest'
import { PullRequestTrigger, PushTrigger, pr } from '../index.ts'
import { pullRequest, push, schedule } from './triggers.ts'

describe('triggers in the form of the envelope', () => {
  it.each([
    [push({ branch: 'main' }), '{"event":"push","branches":["main"]}'],
    [push({ tag: ['v*', 'w'] }), '{"event":"push","tags":["v*","w"]}'],
    [
      push({ branch: ['main', 'rel/*'], paths: ['src/**', '!**/*.md'], pathsIgnore: 'docs/**' }),
      '{"event":"push","branches":["main","rel/*"],"paths":["src/**","!**/*.md"],"paths_ignore":["docs/**"]}',
    ],
    [pullRequest(), '{"event":"pull_request","types":["opened","synchronize","reopened"]}'],
    [
      pr({ branches: 'main', types: ['closed'], paths: 'a' }),
      '{"event":"pull_request","branches":["main"],"types":["closed"],"paths":["a"]}',
    ],
    [schedule('0 3 * * 1-5'), '{"event":"schedule","cron":"0 3 * * 1-5","timezone":"UTC"}'],
    [
      schedule({ branch: 'main', timezone: 'Europe/Berlin', cron: ' */5 * * jan-FEB MON,sun ' }),
      '{"event":"schedule","cron":"*/5 * * jan-FEB MON,sun","timezone":"Europe/Berlin","branch":"main"}',
    ],
  ])('%j', (trigger, json) => {
    expect(JSON.stringify(trigger)).toBe(json)
  })
})

it('push and pull request triggers are classes, as in the released SDK', () => {
  const pushed = push({ branch: ['main', 'rel/*'] })
  expect(pushed).toBeInstanceOf(PushTrigger)
  expect(pushed).toMatchObject({ branches: ['main', 'rel/*'], tags: undefined })
  expect(Object.keys(pushed.toJSON())).toEqual(['event', 'branches'])
  expect(new PushTrigger(undefined, ['v*']).toJSON()).toEqual(push({ tag: 'v*' }).toJSON())
  expect(pr()).toBeInstanceOf(PullRequestTrigger)
  expect(new PullRequestTrigger(['main'], ['opened']).toJSON()).toEqual(
    pr({ branches: 'main', types: ['opened'] }).toJSON(),
  )
  expect(Object.isFrozen(pushed)).toBe(true)
})

describe('a schedule', () => {
  it.each(['0 0 * * *', '59 23 31 12 7', '0,30 8-18/2 1-15 * *', '3/15 * * * *', '0-10/5 0 * * *', '0,59 1,3 * * *'])(
    'takes %s',
    (cron) => {
      expect(schedule(cron).cron).toBe(cron)
    },
  )

  it.each(['', '0 3 * *', '0 0 3 * * *', '61 3 * * *', '0 24 * * *', '0 0 0 * *', '0 0 * 13 *', '0 0 * * 8'])(
    'refuses %j',
    (cron) => {
      expect(() => schedule(cron)).toThrow(/^schedule, cron: expected/)
    },
  )

  it.each([
    '@daily',
    '0 0 L * *',
    '5-1 * * * *',
    '*-5 * * * *',
    '*/0 * * * *',
    '0 0 * foo *',
    '1.5 0 * * *',
    '0, 0 * * *',
  ])('refuses %j, because each of its fields is invalid', (cron) => {
    expect(() => schedule(cron)).toThrow(/expected five fields such as "0 3 \* \* 1-5"/)
  })

  it.each([
    '* * * * *',
    '*/4 * * * *',
    '0,4 0 * * *',
    '0,59 0,1 * * *',
    '59,1 23,0 * * *',
    '*/7 * * * *',
    '1-59/2 5 * * *',
  ])('refuses %s, which runs more often than every five minutes', (cron) => {
    expect(() => schedule(cron)).toThrow(/expected at most every five minutes/)
  })

  it.each(['Mars/Base', '+01:00', ''])('refuses the time zone %j', (timezone) => {
    expect(() => schedule({ cron: '0 3 * * *', timezone })).toThrow(/^schedule, timezone: expected/)
  })
})
