/** The code under test. */
class PageViews {
  constructor(redis) {
    this.redis = redis
  }

  async count(page) {
    return this.redis.incr(`views:${page}`)
  }

  async of(page) {
    return Number((await this.redis.get(`views:${page}`)) ?? 0)
  }
}

module.exports = { PageViews }
