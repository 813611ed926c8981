using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>The weights of a model: one safetensors file, or several named by `model.safetensors.index.json`.</summary>
public sealed class Checkpoint : IDisposable
{
    const string SingleFile = "model.safetensors";
    const string IndexFile = "model.safetensors.index.json";

    readonly Dictionary<string, SafetensorsFile> _fileOf = new(StringComparer.Ordinal);
    readonly List<SafetensorsFile> _files = [];
    readonly Lazy<string> _sha256;

    Checkpoint(string path)
    {
        Path = path;
        _sha256 = new(() => InputFile.Sha256(_files.Select(file => file.Path)));
    }

    /// <summary>The folder (or file) the checkpoint was opened by.</summary>
    public string Path { get; }

    /// <summary>The tensor names, in ordinal order.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>
    /// SHA-256 of the bytes of all weight files one after the other, in the ordinal order of their names.
    /// </summary>
    /// <remarks>`cat model*.safetensors | sha256sum` prints the same. Computed when first asked for.</remarks>
    public string Sha256 => _sha256.Value;

    /// <summary>
    /// Opens a folder's `model.safetensors`, or else the shards of its index; or a safetensors file by its path.
    /// </summary>
    /// <exception cref="InputException">
    /// No weights are there, only pickled ones are, or a file or the index is damaged.
    /// </exception>
    public static Checkpoint Open(string folderOrFile)
    {
        Checkpoint checkpoint = new(folderOrFile);
        try
        {
            if (!Directory.Exists(folderOrFile))
                checkpoint.AddWhole(folderOrFile);
            else if (File.Exists(System.IO.Path.Combine(folderOrFile, SingleFile)))
                checkpoint.AddWhole(System.IO.Path.Combine(folderOrFile, SingleFile));
            else if (File.Exists(System.IO.Path.Combine(folderOrFile, IndexFile)))
                checkpoint.AddShards(folderOrFile);
            else
                throw NoWeights(folderOrFile);
            checkpoint.Names = [.. checkpoint._fileOf.Keys.Order(StringComparer.Ordinal)];
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Contains(string name) => _fileOf.ContainsKey(name);

    /// <summary>The sizes of a tensor's axes.</summary>
    /// <exception cref="InputException">There is no such tensor.</exception>
    public IReadOnlyList<long> ShapeOf(string name) => EntryOf(name).Shape;

    /// <summary>How a tensor is stored.</summary>
    /// <exception cref="InputException">There is no such tensor.</exception>
    public SafetensorsEntry EntryOf(string name) => FileOf(name).EntryOf(name);

    /// <summary>Reads a tensor as float32, row-major, after checking that it has the shape the model needs.</summary>
    /// <exception cref="InputException">
    /// No such tensor, another shape, not a float type, or a value that is not finite.
    /// </exception>
    public void Read(string name, Span<float> destination, params ReadOnlySpan<long> shape) =>
        Find(name, shape).File.Read(name, destination);

    /// <summary>Where a float tensor lies, after checking that it has the shape the model needs.</summary>
    /// <exception cref="InputException">No such tensor, another shape, or not a float type.</exception>
    internal (SafetensorsFile File, SafetensorsEntry Entry) Find(string name, params ReadOnlySpan<long> shape)
    {
        SafetensorsFile file = FileOf(name);
        SafetensorsEntry entry = file.EntryOf(name);
        if (!shape.SequenceEqual([.. entry.Shape]))
            throw new InputException($"{file.Path}: tensor {Quote.Of(name)} has shape {entry.ShapeText}, but the "
                + $"model's config asks for {TensorShape.Text(shape.ToArray())}; config.json and weights do not "
                + "belong together.");
        file.RequireFloats(entry);
        return (file, entry);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (SafetensorsFile file in _files)
            file.Dispose();
    }

    SafetensorsFile FileOf(string name) => _fileOf.TryGetValue(name, out SafetensorsFile? file)
        ? file
        : throw new InputException($"{Path} has no tensor {Quote.Of(name)}; it has {Names.Count}"
            + (Names.Count > 0 ? $", such as {Quote.Of(Names[0])}." : "."));

    void AddWhole(string path)
    {
        SafetensorsFile file = SafetensorsFile.Open(path);
        _files.Add(file);
        foreach (SafetensorsEntry entry in file.Entries)
            _fileOf.Add(entry.Name, file);
    }

    void AddShards(string folder)
    {
        string index = System.IO.Path.Combine(folder, IndexFile);
        Dictionary<string, SafetensorsFile> open = new(StringComparer.Ordinal);
        IReadOnlyDictionary<string, string> shardOf = ShardIndex.Read(index);
        foreach (string shard in shardOf.Values.Distinct().Order(StringComparer.Ordinal))
        {
            string path = System.IO.Path.Combine(folder, shard);
            if (!File.Exists(path))
                throw new InputException(
                    $"{index} names the file {Quote.Of(shard)}, which is not in the folder; fetch it.");
            _files.Add(open[shard] = SafetensorsFile.Open(path));
        }
        foreach ((string name, string shard) in shardOf)
            _fileOf.Add(name, open[shard].Contains(name)
                ? open[shard]
                : throw new InputException($"{index} says that tensor {Quote.Of(name)} is in {Quote.Of(shard)}, "
                    + "which does not have it; fetch both again."));
    }

    static InputException NoWeights(string folder)
    {
        string? pickle = Directory.EnumerateFiles(folder)
            .Select(path => System.IO.Path.GetFileName(path))
            .Order(StringComparer.Ordinal)
            .FirstOrDefault(
                name => System.IO.Path.GetExtension(name) is ".bin" or ".pt" or ".pth" or ".ckpt" or ".pkl");
        return new(pickle is null
            ? $"{folder} has neither {SingleFile} nor {IndexFile}; give the folder of a Hugging Face checkpoint."
            : $"{folder} has no {SingleFile}, only {Quote.Of(pickle)}: a pickle can run code and is never read; "
                + "convert it once in Python with AutoModelForCausalLM.from_pretrained(DIR).save_pretrained(DIR).");
    }
}
