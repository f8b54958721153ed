/** The same in every language. */
// eslint-disable-next-line lingui/no-unlocalized-strings -- a name
export const SITE_NAME = 'MyBazaar'
