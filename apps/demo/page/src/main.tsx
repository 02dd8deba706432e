import { render } from 'preact'
import 'uplot/dist/uPlot.min.css'
import './style.css'
import { App } from './app.js'
import { followStream } from './stream.js'
import { applyTheme } from './theme.js'

applyTheme()
followStream()
render(<App />, document.getElementById('app') as HTMLElement)
