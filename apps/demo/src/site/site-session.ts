/** What the two applications keep in a session. Each of them declares it for its framework. */
export interface SiteSession {
  userId?: string
  /** Pages and answers asked for. */
  visits?: number
  cart?: string[]
  /** Two fields that two requests at once may change: both changes survive. */
  drink?: string
  town?: string
}

/** The fields that people may change in their profile. */
export const profileFields = ['drink', 'town'] as const
export type ProfileField = (typeof profileFields)[number]

export function isProfileField(name: unknown): name is ProfileField {
  return (profileFields as readonly unknown[]).includes(name)
}
