#!/bin/sh
# Runs an installer or a compiler as the leader of its process group. When the starter ends, in whatever way, the whole
# group is killed: pip and tsc start processes of their own, which would go on writing beside the next start.
#
#   end-together.sh <program> [arguments]
#
# Descriptor 3 is the reading end of a pipe that the starter holds open; the starter has made this process the leader of
# a group, and kills the group when the program has ended.
(
  trap '' HUP INT TERM
  read -r _ <&3
  kill -KILL 0
) >/dev/null 2>&1 &
exec 3<&-
exec "$@"
