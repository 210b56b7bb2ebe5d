export { type Google, type GoogleAccount, startGoogle } from './start-google.ts'
