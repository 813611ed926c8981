using System.Numerics.Tensors;
using System.Security.Cryptography;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Trains the dictionaries of a manifest, from a checkpoint on where there is one, and writes them.</summary>
public sealed class TrainingRun : IDisposable
{
    /// <summary>The steps after which the weights are hashed, so that a short run can be compared with a whole one.</summary>
    public const int EarlyStep = 10;

    readonly TrainingManifest _manifest;
    readonly IReadOnlyList<Model> _models;
    readonly ITokenSource _text;
    readonly string _folder;
    readonly ActivationReader _reader;
    readonly ShuffledActivations _stream;
    readonly DictionaryInTraining[] _dictionaries;
    readonly TrainingCheckpoints _checkpoints;
    IReadOnlyList<float> _scales = [];
    string? _early;

    /// <summary>A training that writes into a folder; it goes on from the checkpoint there.</summary>
    /// <param name="manifest">What is trained, and how.</param>
    /// <param name="models">The models that the manifest names, which are the caller's to dispose.</param>
    /// <param name="text">The text that it names.</param>
    /// <param name="folder">Where dictionaries, manifest and checkpoints go.</param>
    /// <exception cref="InputException">
    /// The manifest cannot be carried out on these models, or the folder holds something else.
    /// </exception>
    public TrainingRun(TrainingManifest manifest, IReadOnlyList<Model> models, ITokenSource text, string folder)
    {
        ManifestCheck.Require(manifest);
        (_manifest, _models, _text, _folder) = (manifest with { Result = null }, models, text, folder);
        IReadOnlyList<StreamSite> sites = PlannedSites.Of(manifest);
        _reader = new ActivationReader(models, sites, manifest.KeepsSpecialTokens ? [] : SpecialTokens(models));
        _stream = new ShuffledActivations(text, _reader, manifest.Buffer, manifest.Seed);
        _dictionaries = [.. manifest.Dictionaries.Select(plan => new DictionaryInTraining(plan, sites, _reader.Widths))];
        _checkpoints = new TrainingCheckpoints(folder, ManifestFile.Identity(manifest));
        if (_checkpoints.Newest is { } checkpoint)
            GoOnFrom(checkpoint.Folder, checkpoint.Place);
        else if (manifest.Dictionaries.FirstOrDefault(plan => Path.Exists(FolderOf(plan))) is { } taken)
            throw new InputException($"{FolderOf(taken)} is there already, but no checkpoint: name another folder");
    }

    /// <summary>How many batches were learnt from.</summary>
    public int Step { get; private set; }

    /// <summary>How many batches there are.</summary>
    public int Steps => _manifest.Dictionaries.Max(plan => plan.Recipe.Steps);

    /// <summary>What the shuffle buffer holds at most, in bytes: the rows of all sites and their order.</summary>
    public long BufferBytes => _stream.BufferBytes;

    /// <summary>The most rows of the shuffle buffer.</summary>
    public int BufferRows => _manifest.Buffer;

    /// <summary>The sites that are streamed.</summary>
    public IReadOnlyList<StreamSite> Sites => _reader.Sites;

    /// <summary>Trains to the end and writes the dictionaries and the manifest with its figures.</summary>
    /// <param name="afterStep">Told the figures of every trainer that took part, after each step.</param>
    /// <param name="stepsBetweenCheckpoints">After how many steps a checkpoint is written.</param>
    /// <param name="cancel">Asks to stop; a checkpoint is written first.</param>
    /// <returns>The manifest with what came of it.</returns>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="InputException">An activation is not finite, or a checkpoint cannot be written.</exception>
    public TrainingManifest Run(
        Action<IReadOnlyList<TrainingFigures>> afterStep, int stepsBetweenCheckpoints = 500, CancellationToken cancel = default)
    {
        RequireLayouts();
        while (Step < Steps)
        {
            afterStep(TakeStep());
            if (cancel.IsCancellationRequested || Step % stepsBetweenCheckpoints == 0 || Step == Steps)
                Save();
            cancel.ThrowIfCancellationRequested();
        }
        return Finish();
    }

    /// <summary>The manifest in a folder, with its figures, where the same one was carried out to its end; else null.</summary>
    /// <exception cref="InputException">The folder's manifest is damaged.</exception>
    public static TrainingManifest? Finished(TrainingManifest manifest, string folder)
    {
        string path = Path.Combine(folder, ManifestFile.Name);
        return File.Exists(path) && ManifestFile.Read(path) is { Result: not null } made
            && ManifestFile.Identity(made) == ManifestFile.Identity(manifest) ? made : null;
    }

    /// <summary>SHA-256 of the weights after the first few steps, made anew.</summary>
    /// <param name="manifest">What is trained, and how.</param>
    /// <param name="models">The models that the manifest names.</param>
    /// <param name="text">The text that it names.</param>
    public static string EarlySha256(TrainingManifest manifest, IReadOnlyList<Model> models, ITokenSource text)
    {
        string nowhere = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()); // nothing is written in so few steps
        using TrainingRun run = new(manifest, models, text, nowhere);
        while (run.Step < Math.Min(EarlyStep, run.Steps))
            run.TakeStep();
        return run._early!;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        foreach (DictionaryInTraining dictionary in _dictionaries)
            dictionary.Dispose();
    }

    int SequencesOfStep => Math.Max(1, _manifest.Batch / _text.Longest);

    /// <summary>One batch for every trainer that has steps left.</summary>
    internal IReadOnlyList<TrainingFigures> TakeStep()
    {
        if (_scales.Count == 0)
            _scales = _manifest.ScalesActivations
                ? [.. _stream.MeanSquares().Select(square => square > 0 ? (float)(1 / Math.Sqrt(square)) : 1)]
                : [.. _reader.Widths.Select(_ => 1f)];
        DictionaryInTraining[] going = [.. _dictionaries.Where(dictionary => dictionary.Plan.Recipe.Steps > Step)];
        IReadOnlyList<Tensor> rows = going.All(dictionary => dictionary.Plan.EndToEnd > 0) ? [] : NextRows();
        TrainingFigures[] figures = [.. going.SelectMany(dictionary =>
            dictionary.Plan.EndToEnd > 0 ? EndToEndStep(dictionary) : AllStep(dictionary, rows))];
        foreach (Tensor tensor in rows)
            tensor.Dispose();
        if (++Step == Math.Min(EarlyStep, Steps))
            _early = WeightsSha256();
        return figures;
    }

    IReadOnlyList<Tensor> NextRows()
    {
        IReadOnlyList<Tensor> rows = _stream.Next(_manifest.Batch);
        for (int s = 0; s < rows.Count; s++)
            TensorPrimitives.Multiply(rows[s].Data, _scales[s], rows[s].Data);
        return rows;
    }

    static IEnumerable<TrainingFigures> AllStep(DictionaryInTraining dictionary, IReadOnlyList<Tensor> rows) =>
        Enumerable.Range(0, dictionary.Trainers).Select(trainer => dictionary.Step(trainer, rows));

    // Whole sequences, in their order: those of step n are the n-th of the text.
    List<TrainingFigures> EndToEndStep(DictionaryInTraining dictionary)
    {
        using EndToEnd batch = new(_models[0], _reader,
            [.. Enumerable.Range(0, SequencesOfStep).Select(i => _text.Sequence(((long)Step * SequencesOfStep) + i))], _scales);
        return [.. Enumerable.Range(0, dictionary.Trainers).Select(trainer => dictionary.Step(trainer, batch.Rows,
            written => batch.Loss(dictionary.TargetsOf(trainer), written, dictionary.Plan.EndToEnd)))];
    }

    void Save() => _checkpoints.Write(
        new CheckpointPlace(ManifestFile.Identity(_manifest), Step, _stream.Position, _scales, _early),
        part =>
        {
            foreach (DictionaryInTraining dictionary in _dictionaries)
                dictionary.SaveState(part);
        });

    void GoOnFrom(string folder, CheckpointPlace place)
    {
        foreach (DictionaryInTraining dictionary in _dictionaries)
            dictionary.LoadState(folder);
        _stream.GoTo(place.Stream);
        (Step, _scales, _early) = (place.Step, place.Scales, place.EarlySha256);
    }

    // Before hours of work: whether what will come of it can be written.
    void RequireLayouts()
    {
        string trial = Path.Combine(_folder, "trial");
        foreach (DictionaryInTraining dictionary in _dictionaries)
        {
            if (Directory.Exists(trial))
                Directory.Delete(trial, recursive: true);
            Directory.CreateDirectory(_folder);
            using CoderSet coders = dictionary.ToCoders([.. _reader.Widths.Select(_ => 1f)]);
            coders.Save(trial, dictionary.Layout);
            using CoderSet read = CoderSet.Load(trial, dictionary.Layout);
            Directory.Delete(trial, recursive: true);
            if (!coders.Coders.Zip(read.Coders).All(pair => pair.First.Config.Inputs.SequenceEqual(pair.Second.Config.Inputs)
                && pair.First.Config.Outputs.SequenceEqual(pair.Second.Config.Outputs)))
                throw new InputException($"the layout {dictionary.Layout} cannot say that {dictionary.Plan.Name} reads "
                    + $"{string.Join(", ", dictionary.Plan.Reads)}: its sets have one kind of site in every layer "
                    + "from 0 on; choose another layout or other sites");
        }
    }

    TrainingManifest Finish()
    {
        foreach (DictionaryInTraining dictionary in _dictionaries)
        {
            string folder = FolderOf(dictionary.Plan);
            if (Directory.Exists(folder)) // of this training, stopped while it wrote
                Directory.Delete(folder, recursive: true);
            using CoderSet coders = dictionary.ToCoders(_scales);
            coders.Save(folder, dictionary.Layout);
        }
        long behind = Math.Max(_stream.End, (long)Steps * SequencesOfStep);
        (int measured, IReadOnlyList<CoderFigures> figures) = new FinalFigures(_reader, _text, behind)
            .Of(_dictionaries.Select(dictionary => (dictionary, CoderSet.Load(FolderOf(dictionary.Plan)))));
        TrainingManifest made = _manifest with
        {
            Result = new((long)Steps * _manifest.Batch, Math.Min(EarlyStep, Steps), _early!, measured, figures, Files()),
        };
        ManifestFile.Write(Path.Combine(_folder, ManifestFile.Name), made);
        _checkpoints.Remove();
        return made;
    }

    List<TextFile> Files() =>
    [
        .. _dictionaries.SelectMany(dictionary => Directory.EnumerateFiles(FolderOf(dictionary.Plan))
            .Select(path => new TextFile($"{dictionary.Plan.Name}/{Path.GetFileName(path)}", InputFile.Sha256([path])))
            .OrderBy(file => file.Path, StringComparer.Ordinal)),
    ];

    string WeightsSha256()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (DictionaryInTraining dictionary in _dictionaries)
            dictionary.AppendTo(hash, _scales);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    string FolderOf(DictionaryPlan plan) => Path.Combine(_folder, plan.Name);

    static IReadOnlyList<int> SpecialTokens(IReadOnlyList<Model> models) =>
        models[0].HasTokenizer ? models[0].Tokenizer.SpecialTokens : [];
}
