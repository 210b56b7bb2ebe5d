/** Asks two questions in immediate succession; run by `questions.process.test.ts` on a terminal. */
import process from 'node:process'
import { makeQuestions } from './questions.ts'
import { terminal } from './terminal.ts'

const { stdin, env } = process
const { signal } = new AbortController()
const questions = makeQuestions({ stdin, stderr: terminal(process.stderr, 'auto', env), yes: false, signal })
const first = await questions.confirm({ message: 'The first?', default: true, flag: '--yes' })
const second = await questions.text({ message: 'The second?', default: 'hello', flag: '--name' })
process.stdout.write(`answers: ${first} ${second}\n`)
