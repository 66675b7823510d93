import { mount } from './mount';
import { vscodePlatform } from './platform';

mount(vscodePlatform());
