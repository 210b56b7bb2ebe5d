#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { readChanges } from './changes.js'
import { renderNotes } from './render-notes.js'

const [version = 'Unreleased', file = 'changes.yaml'] = process.argv.slice(2)
process.stdout.write(renderNotes(version, readChanges(readFileSync(file, 'utf8'))))
