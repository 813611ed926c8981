using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// All that training goes on from, as safetensors: every weight with <c>.mean</c> and <c>.square</c>, rows since each latent
/// was active, and BatchTopK's thresholds; the step, recipe and places are the file's metadata.
/// </summary>
static class TrainerState
{
    const string Step = "step", Recipe = "recipe", Places = "places", Unfired = "unfired", Threshold = "threshold";

    public static void Write(DictionaryTrainer trainer, string path)
    {
        List<TensorToWrite> tensors = [];
        foreach ((string name, Tensor tensor) in Tensors(trainer))
            tensors.Add(TensorToWrite.FromFloats(name, Sizes(tensor), () => tensor.Data));
        for (int c = 0; c < trainer.Coders.Count; c++)
        {
            TrainedCoder coder = trainer.Coders[c];
            long[] unfired = [.. coder.Unfired.Select(rows => (long)rows)];
            tensors.Add(TensorToWrite.FromInt64(Of(c, Unfired), [unfired.Length], unfired));
            tensors.Add(TensorToWrite.FromFloats(Of(c, Threshold), [1], () => new[] { coder.KeptThreshold }));
        }
        SafetensorsWriter.Write(path, tensors, Metadata(trainer));
    }

    /// <summary>Gives the step.</summary>
    public static int Read(DictionaryTrainer trainer, string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Dictionary<string, string> expected = Metadata(trainer);
        foreach (string key in new[] { Recipe, Places })
            if (file.Metadata.GetValueOrDefault(key) != expected[key])
                throw new InputException($"{path} is the state of a training with other "
                    + $"{(key == Recipe ? "settings" : "places")}; go on with those it was begun with");
        if (!int.TryParse(file.Metadata.GetValueOrDefault(Step), NumberStyles.None, CultureInfo.InvariantCulture, out int step))
            throw new InputException($"{path} does not say at which step it was written");
        foreach ((string name, Tensor tensor) in Tensors(trainer))
        {
            RequireShape(file, name, Sizes(tensor));
            file.Read(name, tensor.Data);
        }
        for (int c = 0; c < trainer.Coders.Count; c++)
        {
            TrainedCoder coder = trainer.Coders[c];
            RequireShape(file, Of(c, Unfired), [coder.Unfired.Length]);
            RequireShape(file, Of(c, Threshold), [1]);
            long[] unfired = file.ReadInt64(Of(c, Unfired));
            for (int i = 0; i < unfired.Length; i++)
                coder.Unfired[i] = unfired[i] is >= 0 and <= int.MaxValue
                    ? (int)unfired[i] : throw new InputException($"{path} counts {unfired[i]} rows for latent {i}");
            float[] threshold = [0];
            file.Read(Of(c, Threshold), threshold);
            coder.KeptThreshold = threshold[0];
        }
        return step;
    }

    static IEnumerable<(string Name, Tensor Tensor)> Tensors(DictionaryTrainer trainer) => trainer.Parameters.SelectMany(
        parameter => new[]
        {
            (parameter.Name, parameter.Value),
            (parameter.Name + ".mean", parameter.Mean),
            (parameter.Name + ".square", parameter.Square),
        });

    static long[] Sizes(Tensor tensor) => [.. tensor.Shape.Sizes.ToArray().Select(size => (long)size)];

    static Dictionary<string, string> Metadata(DictionaryTrainer trainer) => new()
    {
        [Step] = trainer.Steps.ToString(CultureInfo.InvariantCulture),
        [Recipe] = JsonSerializer.Serialize(trainer.Recipe, TrainerStateJson.Default.TrainingRecipe),
        [Places] = JsonSerializer.Serialize(trainer.Places, TrainerStateJson.Default.IReadOnlyListCoderPlace),
    };

    static void RequireShape(SafetensorsFile file, string name, long[] shape)
    {
        if (!file.EntryOf(name).Shape.SequenceEqual(shape))
            throw new InputException($"{file.Path}: {name} has the shape [{string.Join(", ", file.EntryOf(name).Shape)}] where "
                + $"[{string.Join(", ", shape)}] belongs");
    }

    static string Of(int coder, string name) => string.Create(CultureInfo.InvariantCulture, $"coders.{coder}.{name}");
}

/// <summary>How recipe and places are written into a state.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(TrainingRecipe))]
[JsonSerializable(typeof(IReadOnlyList<CoderPlace>))]
sealed partial class TrainerStateJson : JsonSerializerContext;
