import { bowlView } from "./bowl";
import { contoursView } from "./contours";
import { costView } from "./cost";
import { dataView } from "./data";
import { flowView } from "./flow";
import { layersView } from "./layers";
import { slopeView } from "./slope";
import { thresholdView } from "./threshold";
import type { View } from "./view";

/** Every picture, in the order of the page; a new view is one line here. */
export const VIEWS: readonly View[] = [
  dataView,
  contoursView,
  costView,
  layersView,
  slopeView,
  bowlView,
  thresholdView,
  flowView,
];
