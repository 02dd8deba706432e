/** Saves a file that the page has made. */
export function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

/** A picture of the page as PNG, twice as fine. */
export async function pictureOf(svg: SVGSVGElement, ground: string): Promise<Blob> {
  const scale = 2
  const margin = 16
  const { width, height } = svg.viewBox.baseVal
  const url = URL.createObjectURL(
    new Blob([new XMLSerializer().serializeToString(svg)], { type: 'image/svg+xml' }),
  )
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = (width + 2 * margin) * scale
    canvas.height = (height + 2 * margin) * scale
    const context = canvas.getContext('2d') as CanvasRenderingContext2D
    context.fillStyle = ground
    context.fillRect(0, 0, canvas.width, canvas.height)
    context.scale(scale, scale)
    context.drawImage(image, margin, margin, width, height)
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error('No picture'))),
        'image/png',
      ),
    )
  } finally {
    URL.revokeObjectURL(url)
  }
}
