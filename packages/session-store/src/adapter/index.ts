export { answerCallback, type Callback } from './answer-callback.js'
export { CookieWarning } from './cookie-warning.js'
export { refuseUnknownOptions } from './option-names.js'
export { UserField, type UserOption } from './user-field.js'
