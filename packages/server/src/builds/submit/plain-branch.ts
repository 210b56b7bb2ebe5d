/** Of git's rules for names of branches those that keep a name from being read as anything else. */
export const plainBranch = /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\.lock$|[/.]$))[^\s~^:?*[\\\p{Cc}]+$/u
