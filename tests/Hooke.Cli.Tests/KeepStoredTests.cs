using Hooke.Models;

namespace Hooke.Cli.Tests;

public class KeepStoredTests
{
    [Fact]
    public void A_checkpoint_in_BF16_gives_the_same_output_kept_as_stored_or_not()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("hooke-test-");
        try
        {
            foreach (string file in new[] { "config.json", "tokenizer.json" })
                File.Copy(Path.Combine(Hooke.ShippedModel, file), Path.Combine(folder.FullName, file));
            StoreAsBF16(folder.FullName);
            string[] run = ["model", "run", Hooke.Prompt, "--model", folder.FullName, "--json"];
            Outcome asFloats = Hooke.Run(run), kept = Hooke.Run([.. run, "--keep-stored"]);
            Assert.Equal((0, ""), (kept.Code, kept.Error));
            Assert.Equal(asFloats.Out, kept.Out);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_checkpoint_in_F32_stays_so() => Assert.Equal(
        Hooke.Run("model", "run", Hooke.Prompt, "--json").Out,
        Hooke.Run("model", "run", Hooke.Prompt, "--json", "--keep-stored").Out);

    static void StoreAsBF16(string folder)
    {
        using Checkpoint shipped = Checkpoint.Open(Hooke.ShippedModel);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), [.. shipped.Names.Select(name =>
        {
            float[] values = new float[shipped.EntryOf(name).Count];
            shipped.Read(name, values, [.. shipped.ShapeOf(name)]);
            return TensorToWrite.FromFloats(name, shipped.ShapeOf(name), () => values, DType.BF16);
        })]);
    }
}
