import { dial } from '@disredis/connection'

/** Arguments: host, port, user, password, command. Prints the reply as JSON. */
const [host = '', port, username, password, name = '', ...args] = process.argv.slice(2)
const options = { timeout: 2000, username, password }
const { connection } = await dial({ host, port: Number(port) }, options)
console.log(JSON.stringify(await connection.request(name, ...args)))
connection.destroy()
