export {parseGoDuration} from './go-duration.ts'
export {parseGoFloat, parseShortFloat} from './go-float.ts'
export {parseHumanBytes} from './human-bytes.ts'
export {parseShortBytes, parseShortDuration} from './short-values.ts'
