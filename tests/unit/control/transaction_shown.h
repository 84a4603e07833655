/* SPDX-License-Identifier: BSD-3-Clause */
/* What each call of transaction_test.c says, in order: method, parameters, result or error. */
#ifndef UNIT_CONTROL_TRANSACTION_SHOWN_H
#define UNIT_CONTROL_TRANSACTION_SHOWN_H

#include "unit/control/shown_run.h"

/* clang-format off */
static const struct shown shown[] = {
	{ "check", "\"file\": \"@/good.yaml\"",
		"{\"findings\":[],\"tests\":1}" },
	{ "check", "\"file\": \"@/bad.yaml\"",
		"\"@/bad.yaml: 1 error; nothing has changed\"" },
	{ "check", "\"file\": \"@/two.yaml\"",
		"\"@/two.yaml: 3 errors; nothing has changed\"" },
	{ "check", "\"file\": \"@/restart.yaml\"",
		"\"@/restart.yaml: 1 error; nothing has changed\"" },
	{ "check", "\"file\": \"@/failing.yaml\"",
		"\"@/failing.yaml: 1 error; nothing has changed\"" },
	{ "check", "\"file\": \"@/none.yaml\"",
		"\"@/none.yaml: 1 error; nothing has changed\"" },
	{ "check", "",
		"\"check: which file?\"" },
	{ "check", "\"file\": \"good.yaml\"",
		"\"check: file is a path from the root\"" },
	{ "diff", "\"file\": \"@/good.yaml\"",
		"{\"text\":\"acls.list.rules:\\n+       - proto: [tcp]\\n+         dport: "
		"[25]\\n+         name: b\\n+         action: drop\\n+ tests:\\n+   - in: "
		"lan\\n+     packet: \\\"tcp 10.0.0.2:9 > 198.51.100.2:23 S\\\"\\n+     "
		"expect: drop\\n\"}" },
	{ "diff", "\"file\": \"@/bad.yaml\"",
		"\"@/bad.yaml: 1 error; nothing has changed\"" },
	{ "diff", "\"file\": \"@/same.yaml\"",
		"{\"text\":\"\"}" },
	{ "confirm", "",
		"\"no commit waits to be confirmed\"" },
	{ "rollback", "",
		"\"there is no configuration before this one\"" },
	{ "rollback", "\"number\": \"1x\"",
		"\"number: one of show history\"" },
	{ "rollback", "\"number\": \"99\"",
		"\"number: one of show history\"" },
	{ "commit", "",
		"\"commit: which file?\"" },
	{ "commit", "\"file\": \"@/good.yaml\", \"sessions\": \"none\"",
		"\"sessions: keep, recheck or flush\"" },
	{ "commit", "\"file\": \"@/good.yaml\", \"confirm\": \"0\"",
		"\"confirm: a time, 1s to 24h\"" },
	{ "commit", "\"file\": \"@/good.yaml\", \"confirm\": \"-1\"",
		"\"confirm: a time, 1s to 24h\"" },
	{ "commit", "\"file\": \"@/good.yaml\", \"confirm\": \"1d\"",
		"\"confirm: a time, 1s to 24h\"" },
	{ "commit", "\"file\": \"@/good.yaml\", \"confirm\": \"25h\"",
		"\"confirm: a time, 1s to 24h\"" },
	{ "commit", "\"file\": \"@/good.yaml\", \"confirm\": \"86401\"",
		"\"confirm: a time, 1s to 24h\"" },
	{ "commit", "\"file\": \"@/good.yaml\", \"confirm\": \"1441m\"",
		"\"confirm: a time, 1s to 24h\"" },
	{ "commit", "\"file\": \"@/good.yaml\", \"confirm\": \"x\"",
		"\"confirm: a time, 1s to 24h\"" },
	{ "commit", "\"file\": \"@/bad.yaml\"",
		"\"@/bad.yaml: 1 error; nothing has changed\"" },
	{ "commit", "\"file\": \"@/failing.yaml\"",
		"{\"findings\":[],\"generation\":2,\"note\":\"there is no folder to keep it "
		"in: a restart reads weir.yaml\",\"number\":2}" },
	{ "commit", "\"file\": \"@/restart.yaml\"",
		"\"@/restart.yaml: 1 error; nothing has changed\"" },
	{ "show.history", "",
		"{\"entries\":[{\"number\":2,\"source\":\"@/failing.yaml\",\"state\":\"runs\","
		"\"time\":\"~\",\"what\":\"commit\",\"who\":\"root\"},{\"number\":1,"
		"\"source\":\"weir.yaml\",\"time\":\"~\",\"what\":\"start\","
		"\"who\":\"start\"}]}" },
	{ "commit", "\"file\": \"@/good.yaml\", \"confirm\": \"24h\"",
		"{\"confirm\":86400,\"findings\":[],\"generation\":3,\"note\":\"there is no "
		"folder to keep it in: a restart reads weir.yaml\"}" },
	{ "show.history", "",
		"{\"entries\":[{\"source\":\"@/good.yaml\",\"state\":\"runs, to be confirmed\","
		"\"what\":\"commit\",\"who\":\"root\"},{\"number\":2,"
		"\"source\":\"@/failing.yaml\",\"time\":\"~\",\"what\":\"commit\","
		"\"who\":\"root\"},{\"number\":1,\"source\":\"weir.yaml\",\"time\":\"~\","
		"\"what\":\"start\",\"who\":\"start\"}]}" },
	{ "commit", "\"file\": \"@/same.yaml\"",
		"\"the commit of root waits to be confirmed: weirctl confirm, or rollback\"" },
	{ "reload", "",
		"\"the commit of root waits to be confirmed: weirctl confirm, or rollback\"" },
	{ "confirm", "",
		"{\"generation\":3}" },
	{ "show.history", "",
		"{\"entries\":[{\"number\":3,\"source\":\"@/good.yaml\",\"state\":\"runs\","
		"\"time\":\"~\",\"what\":\"commit\",\"who\":\"root\"},{\"number\":2,"
		"\"source\":\"@/failing.yaml\",\"time\":\"~\",\"what\":\"commit\","
		"\"who\":\"root\"},{\"number\":1,\"source\":\"weir.yaml\",\"time\":\"~\","
		"\"what\":\"start\",\"who\":\"start\"}]}" },
	{ "confirm", "",
		"\"no commit waits to be confirmed\"" },
	{ "rollback", "",
		"{\"findings\":[],\"generation\":4,\"note\":\"there is no folder to keep it "
		"in: a restart reads weir.yaml\",\"number\":4}" },
	{ "show.history", "",
		"{\"entries\":[{\"number\":4,\"source\":\"@/failing.yaml\",\"state\":\"runs\","
		"\"time\":\"~\",\"what\":\"rollback to 2\",\"who\":\"root\"},{\"number\":3,"
		"\"source\":\"@/good.yaml\",\"time\":\"~\",\"what\":\"commit\","
		"\"who\":\"root\"},{\"number\":2,\"source\":\"@/failing.yaml\",\"time\":\"~\","
		"\"what\":\"commit\",\"who\":\"root\"},{\"number\":1,\"source\":\"weir.yaml\","
		"\"time\":\"~\",\"what\":\"start\",\"who\":\"start\"}]}" },
	{ "commit", "\"file\": \"@/good.yaml\", \"confirm\": \"1440m\"",
		"{\"confirm\":86400,\"findings\":[],\"generation\":5,\"note\":\"there is no "
		"folder to keep it in: a restart reads weir.yaml\"}" },
	{ "rollback", "",
		"{\"findings\":[],\"generation\":6,\"note\":\"there is no folder to keep it "
		"in: a restart reads weir.yaml\",\"number\":5}" },
	{ "show.history", "",
		"{\"entries\":[{\"number\":5,\"source\":\"@/failing.yaml\",\"state\":\"runs\","
		"\"time\":\"~\",\"what\":\"rollback to 4\",\"who\":\"root\"},{\"number\":4,"
		"\"source\":\"@/failing.yaml\",\"time\":\"~\",\"what\":\"rollback to 2\","
		"\"who\":\"root\"},{\"number\":3,\"source\":\"@/good.yaml\",\"time\":\"~\","
		"\"what\":\"commit\",\"who\":\"root\"},{\"number\":2,"
		"\"source\":\"@/failing.yaml\",\"time\":\"~\",\"what\":\"commit\","
		"\"who\":\"root\"},{\"number\":1,\"source\":\"weir.yaml\",\"time\":\"~\","
		"\"what\":\"start\",\"who\":\"start\"}]}" },
	{ "commit", "\"file\": \"@/good.yaml\", \"sessions\": \"keep\"",
		"{\"findings\":[],\"generation\":7,\"note\":\"there is no folder to keep it "
		"in: a restart reads weir.yaml\",\"number\":6}" },
	{ "show.sessions", "\"count\": true",
		"{\"count\":2}" },
	{ "commit", "\"file\": \"@/same.yaml\", \"sessions\": \"flush\"",
		"{\"findings\":[],\"flushed\":2,\"generation\":8,\"note\":\"there is no folder "
		"to keep it in: a restart reads weir.yaml\",\"number\":7}" },
	{ "show.sessions", "\"count\": true",
		"{\"count\":0}" },
	{ "rollback", "\"number\": \"1\", \"sessions\": \"flush\"",
		"{\"findings\":[],\"flushed\":0,\"generation\":9,\"number\":8}" },
	{ "rollback", "\"number\": \"2\"",
		"{\"findings\":[],\"generation\":10,\"note\":\"there is no folder to keep it "
		"in: a restart reads weir.yaml\",\"number\":9}" },
	{ "reload", "",
		"\"weir.yaml: 1 error; nothing has changed\"" },
	{ "reload", "\"sessions\": \"none\"",
		"\"sessions: keep, recheck or flush\"" },
	{ "show.history", "",
		"{\"entries\":[{\"number\":9,\"source\":\"@/failing.yaml\",\"state\":\"runs\","
		"\"time\":\"~\",\"what\":\"rollback to 2\",\"who\":\"root\"},{\"number\":8,"
		"\"source\":\"weir.yaml\",\"time\":\"~\",\"what\":\"rollback to 1\","
		"\"who\":\"root\"},{\"number\":7,\"source\":\"@/same.yaml\",\"time\":\"~\","
		"\"what\":\"commit\",\"who\":\"root\"},{\"number\":6,"
		"\"source\":\"@/good.yaml\",\"time\":\"~\",\"what\":\"commit\","
		"\"who\":\"root\"},{\"number\":5,\"source\":\"@/failing.yaml\",\"time\":\"~\","
		"\"what\":\"rollback to 4\",\"who\":\"root\"},{\"number\":4,"
		"\"source\":\"@/failing.yaml\",\"time\":\"~\",\"what\":\"rollback to 2\","
		"\"who\":\"root\"},{\"number\":3,\"source\":\"@/good.yaml\",\"time\":\"~\","
		"\"what\":\"commit\",\"who\":\"root\"},{\"number\":2,"
		"\"source\":\"@/failing.yaml\",\"time\":\"~\",\"what\":\"commit\","
		"\"who\":\"root\"},{\"number\":1,\"source\":\"weir.yaml\",\"time\":\"~\","
		"\"what\":\"start\",\"who\":\"start\"}]}" },
	{ "show.status", "",
		"{\"config\":\"weir.yaml\",\"drop_rate\":0,\"generation\":10,\"pid\":\"~\","
		"\"rx_rate\":0,\"sessions\":0,\"tx_rate\":0,\"uptime\":\"~\",\"version\":\"~\","
		"\"workers\":1}" },
};
/* clang-format on */

#endif
