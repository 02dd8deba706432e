export {
  type ContractServers,
  deployForFailover,
  startContractServers,
} from './contract-servers.js'
export { type Failure, failing } from './failing-client.js'
export {
  type FailoverDeployment,
  type FailoverFigures,
  type FailoverKind,
  type FailoverSubject,
  sessionFailoverContract,
} from './failover-contract.js'
export { FieldSession } from './field-session.js'
export { type LoopbackServer, listenOnLoopback, queryOf } from './loopback-server.js'
export { sessionContract } from './session-contract.js'
export {
  CONTRACT_COOKIE,
  CONTRACT_SECRET,
  type ContractApp,
  type ContractAppOptions,
  type ContractData,
  type ContractHandler,
  type ContractRedis,
  type ContractRoute,
  type ContractRunner,
  type ContractSession,
  type ContractSubject,
} from './subject.js'
