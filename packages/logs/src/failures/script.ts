import type { Draft } from './draft.ts'
import type { NumberedLine } from './failure.ts'
import { isOwn, type Place, placeOf, placesIn } from './place.ts'
import { Reader } from './reader.ts'

const traceback = /^Traceback \(most recent call last\):$/
const pythonFrame = /^ {2}File "(.+)", line (\d{1,9})/
const pythonError = /^[A-Za-z_][\w.]*(?::|$)/
/** `Error: no`, `TypeError [ERR_X]: no`, `Exception in thread "main" java.lang.Error: no`. */
const uncaught =
  /^(?:Uncaught )?(?:Exception in thread "[^"]{0,200}" )?(?:[A-Za-z_$][\w$]*\.)*(?:[A-Z]\w*)?(?:Error|Exception)(?: \[\w+\])?(?::|$)/
const cause = /^Caused by: \S/
const stackFrame = /^\s+at \S/
/** Frames of Java's own code name files that look like the project's. */
const javaFrame = /^\s+at (?:java\.|javax\.|jdk\.|sun\.)/
const shell = /^([\w./@+-]+): line (\d{1,9}): (?!warning)(\S.*)$/
const plainShell = /^([\w./@+-]+\.(?:sh|bash|dash|ksh|zsh)): (\d{1,9}): (\S.*)$/
const psql = /^psql:(\S+):(\d{1,9}): (?:ERROR|FATAL|PANIC|error): +(\S.*)$/
const ruby = /^(\S+\.rb):(\d{1,9}):in [^:]{1,200}: (\S.*)$/
const makeTarget = /^g?make(?:\[\d{1,9}\])?: \*\*\* \[([^\s:]+):(\d{1,9}): ([^\]]{1,200})\] (Error \d+)/
const makeSyntax = /^([^\s:]+):(\d{1,9}): \*\*\* (\S.*?)(?: {2}Stop\.)?$/
/** Names of shells that run no file, so the line number refers to the command itself. */
const bareShell = /^(?:\/\S+\/)?(?:ba|da|k|z)?sh$/
/** Maximum number of lines of a message before its first frame. */
const mostBeforeFrames = 12

/**
 * Reads uncaught errors of programs and scripts that name file and line: Python, Node.js, Java,
 * Ruby, shells, psql, make. The last one counts, because it ended its program. A report of make
 * counts only without any other, because it follows the error of the recipe.
 */
export class ScriptReader extends Reader {
  #kind: 'python' | 'stack' | null = null
  #waited = 0
  #hasFrames = false
  #last: Draft | null = null
  #make: Draft | null = null

  protected step(line: NumberedLine): void {
    const isTaken = this.#kind === 'python' ? this.#python(line) : this.#kind === 'stack' && this.#stack(line)
    if (!isTaken) this.#open(line)
  }

  override end(): void {
    this.close()
    const found = this.#last ?? this.#make
    if (found !== null) this.add(found, 'script')
  }

  protected override close(): void {
    if (this.draft !== null && this.draft.place !== null) this.#last = this.draft
    this.#giveUp()
  }

  #open(line: NumberedLine): void {
    const { text } = line
    const [, file, number] = pythonFrame.exec(text) ?? []
    if (this.#inOneLine(line) || this.#kind !== null) return
    if (traceback.test(text) || file !== undefined) {
      const draft = this.begin(null, line)
      this.#kind = 'python'
      if (file !== undefined) draft.locate(placeOf(file, number), 'last')
    } else if (uncaught.test(text)) {
      this.begin(null, line).say(line, text)
      this.#kind = 'stack'
      this.#waited = 0
      this.#hasFrames = false
    }
  }

  /**
   * Reads a traceback: frames, outermost first, then the error. Returns whether the line belongs to
   * it.
   */
  #python(line: NumberedLine): boolean {
    const { draft } = this
    const { text } = line
    const [, file, number] = pythonFrame.exec(text) ?? []
    if (file !== undefined) draft?.locate(placeOf(file, number), 'last')
    else if (pythonError.test(text)) {
      draft?.say(line, text)
      draft?.keep(line)
      this.close()
    } else if (/^\S/.test(text)) this.#giveUp()
    else return true
    return this.#kind !== null || pythonError.test(text)
  }

  /**
   * Reads a stack trace: frames below the error, innermost first. Returns whether the line belongs
   * to it.
   */
  #stack(line: NumberedLine): boolean {
    const { draft } = this
    const { text } = line
    if (stackFrame.test(text)) {
      this.#hasFrames = true
      if (!javaFrame.test(text)) draft?.locate(frameOf(text))
    } else if (cause.test(text)) {
      draft?.unsay()
      draft?.say(line, text)
      this.#hasFrames = false
    } else if (this.#hasFrames && !/^\s+\.{3} \d+ more$/.test(text)) {
      this.close()
      return false
    } else if (++this.#waited > mostBeforeFrames) {
      this.#giveUp()
      return false
    } else return this.#hasFrames
    return true
  }

  #giveUp(): void {
    this.draft = null
    this.#kind = null
  }

  /** Takes an error with its place in one line. Returns false for any other line. */
  #inOneLine(line: NumberedLine): boolean {
    const { text } = line
    const [, script, at, said] = shell.exec(text) ?? plainShell.exec(text) ?? psql.exec(text) ?? ruby.exec(text) ?? []
    const [, makefile, number, target, ended] = makeTarget.exec(text) ?? []
    const [, broken, where, problem] = makeSyntax.exec(text) ?? []
    if (script !== undefined && said !== undefined && !bareShell.test(script))
      this.#last = drafted(this.begin(null, line), line, placeOf(script, at), said)
    else if (makefile !== undefined)
      this.#make = drafted(this.begin(null, line), line, placeOf(makefile, number), `${target}: ${ended}`)
    else if (broken !== undefined)
      this.#make = drafted(this.begin(null, line), line, placeOf(broken, where), problem ?? '')
    else return false
    this.#giveUp()
    return true
  }
}

function drafted(draft: Draft, line: NumberedLine, place: Place, said: string): Draft {
  draft.say(line, said)
  draft.locate(place)
  draft.keep(line)
  return draft
}

function frameOf(text: string): Place | null {
  return placesIn(text).find(({ file }) => isOwn(file.replace(/^file:\/\//, ''))) ?? null
}
