// Every page loads this one module. A part of the interface is one file that exports `start()`; add it to the list.
import "./styles/tabler.scss";
import "./styles/paper.css";
import "./styles/shell.css";
import "./styles/tables.css";
import "./styles/parts.css";
import "./styles/work.css";
import "./styles/board.css";
import "./styles/print.css";

import * as board from "./board";
import * as cards from "./cards";
import * as cells from "./cells";
import * as confirm from "./confirm";
import * as copy from "./copy";
import * as explain from "./explain";
import * as groups from "./groups";
import * as guard from "./guard";
import * as keys from "./keys";
import * as menus from "./menus";
import * as palette from "./palette";
import * as panel from "./panel";
import * as picks from "./picks";
import * as requests from "./requests";
import * as table from "./table";

const parts = [board, cards, requests, menus, palette, keys, panel, picks, table, cells, explain, confirm, copy, groups, guard];

for (const part of parts) part.start();
