/** The variable that names the cache of stripped files. */
export const cacheVariable = 'HM_RENDER_TYPES_CACHE'
