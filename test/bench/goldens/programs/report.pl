use strict;
use warnings;
use File::Temp qw(tempfile);

# Counts the lines of texts that hold a word, sorts with a child process, writes a report.
my %count;
for my $path (sort glob("tree/*/*.txt")) {
    open(my $in, '<', $path) or die "$path: $!";
    while (<$in>) { $count{$path}++ if /water/; }
    close $in;
}
my ($out, $name) = tempfile('report-XXXXXX', DIR => '.');
print $out "$count{$_} $_\n" for sort keys %count;
close $out;
system('sort', '-n', '-o', 'report.txt', $name) == 0 or die "sort: $?";
unlink $name;
print scalar(keys %count), "\n";
