export {
  type FailoverDeployment,
  type FailoverFigures,
  type FailoverKind,
  type FailoverSubject,
  sessionFailoverContract,
} from './failover-contract.js'
export { type ContractFleet, type ContractNode, freezeMasters, loseMaster } from './fleet-faults.js'
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
