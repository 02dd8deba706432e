import { type Metric, metrics } from '../measure/metrics.js'
import type { Summary } from '../measure/summary.js'

/** 12345.6 as "12,346", with as many fraction digits as the metric has. */
export function formatValue(value: number, metric: Metric): string {
  return formatNumber(value, metrics[metric].fractionDigits)
}

/** "12,346 (11,000..13,000)" */
export function formatSummary({ median, min, max }: Summary, metric: Metric): string {
  const [middle, low, high] = [median, min, max].map((value) => formatValue(value, metric))
  return `${middle} (${low}..${high})`
}

/** "1.42 (1.38..1.51)" */
export function formatRatio({ median, min, max }: Summary): string {
  const [middle, low, high] = [median, min, max].map((value) => formatNumber(value, 2))
  return `${middle} (${low}..${high})`
}

export function formatNumber(value: number, fractionDigits: number): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: fractionDigits,
    maximumFractionDigits: fractionDigits,
  })
}
