import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextToSay, queued, type Speech, silence } from './announcer.ts'

test('web T3 every announcement is made, and announcements are at least 5 s apart', () => {
  const waits = fc.array(fc.record({ ms: fc.nat(9000), text: fc.stringMatching(/^[a-z]{3}$/) }), { minLength: 1 })
  fc.assert(
    fc.property(waits, (happenings) => {
      let speech: Speech = silence
      let [now, lastAt] = [0, Number.NEGATIVE_INFINITY]
      const said: string[] = []
      const say = (until: number) => {
        const next = nextToSay(speech, now)
        if (next === null || now + next.inMs > until) return
        now += next.inMs
        expect(now - lastAt).toBeGreaterThanOrEqual(5000)
        lastAt = now
        said.push(next.text)
        speech = { waiting: next.after.waiting, spokenAt: now }
      }
      for (const { ms, text } of happenings) {
        say(now + ms)
        now += Math.max(0, ms)
        speech = queued(speech, text)
      }
      say(now + 5000)
      expect(said.at(-1)).toContain(happenings.at(-1)?.text)
    }),
  )
})
