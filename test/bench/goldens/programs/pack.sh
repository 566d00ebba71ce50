# Packs a folder, unpacks it elsewhere, and looks whether both are the same.
set -e
rm -rf unpacked
tar -cf - --sort=name tree | gzip -9n > tree.tar.gz
mkdir unpacked
gzip -dc tree.tar.gz | tar -xf - -C unpacked
diff -r tree unpacked/tree
