using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// A folder with a folder for each site, all of one layout that holds one coder: as sparsify saves them, and as SAELens' and
/// others' are usually kept. Read only; the coders come in the order of their layers.
/// </summary>
sealed class FolderOfDictionaries : DictionaryLayout
{
    public override string Name => "folders";

    public override string LooksFor => "a folder for each site, each a dictionary of one coder";

    // Only where nothing else is there: a dictionary may have folders of its own.
    protected internal override bool LooksInside => true;

    public override bool Fits(string path) => Parts(path) is { Count: > 0 };

    protected override CoderSet Read(string path)
    {
        List<CoderSet> read = [.. Parts(path).Select(part => part.Layout.Load(part.Path))];
        if (read.FirstOrDefault(part => part.Coders.Count > 1) is { } several)
            throw new InputException($"{several.Path} is a set of its own; give it alone");
        return new CoderSet([.. read.Select(part => part.Coders[0])])
        {
            Path = path,
            Layout = Name,
            StoredType = read.Count > 0 ? read[0].StoredType : DType.F32,
        };
    }

    // layers.10 comes after layers.9.
    static List<(string Path, DictionaryLayout Layout)> Parts(string path) => !Directory.Exists(path) ? []
        : [.. Directory.EnumerateDirectories(path).OrderBy(LayerOf, StringComparer.Ordinal).SelectMany(folder => All
            .Where(layout => !layout.LooksInside && layout.Fits(folder)).Select(layout => (folder, layout)))];

    static string LayerOf(string folder) => string.Join('.', System.IO.Path.GetFileName(folder).Split('.', '_', '-')
        .Select(part => part.Length > 0 && part.All(char.IsAsciiDigit) ? part.PadLeft(8, '0') : part));
}
