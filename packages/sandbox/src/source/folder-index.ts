export { type TakeRequest, takeFolder } from './take-folder.ts'
