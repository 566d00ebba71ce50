# A shell script with a loop, functions, here documents, command substitution and background jobs.
set -eu
total=0
add() { total=$((total + $1)); }
for file in tree/*/*.txt; do
  lines=$(wc -l < "$file")
  add "$lines"
done
cut -d' ' -f1 tree/a/1.txt > first.txt &
cut -d' ' -f2 tree/b/2.txt > second.txt &
wait
paste first.txt second.txt | sort -u | tr a-z A-Z > pairs.txt
cat > summary.txt <<END
$total lines
END
[ -s pairs.txt ] && cat summary.txt
