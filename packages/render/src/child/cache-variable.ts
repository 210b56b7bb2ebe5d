/** Tells the child where stripped files are kept. */
export const cacheVariable = 'HM_RENDER_TYPES_CACHE'
